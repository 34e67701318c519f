import type { RemoteEntry, Transport } from "../transport/transport.js";
import type { TrustedTime } from "./trusted-time.js";

/** The transport, whose listings bear witness of how late it is. */
export function withWitness(transport: Transport, time: Pick<TrustedTime, "saw">): Transport {
  const look = (entries: readonly RemoteEntry[]): void => {
    for (const { type, modifiedAt } of entries) if (type === "file" && modifiedAt) time.saw(modifiedAt);
  };
  return {
    capabilities: transport.capabilities,
    list: async (directory, options) => {
      const take = options?.take;
      const listing = await transport.list(directory, {
        ...options,
        ...(take && {
          take: (entries: readonly RemoteEntry[]) => {
            look(entries);
            return take(entries);
          },
        }),
      });
      look(listing.entries);
      return listing;
    },
    ...(transport.stat && { stat: (path, options) => transport.stat!(path, options) }),
    read: (path, options) => transport.read(path, options),
    close: () => transport.close(),
  };
}
