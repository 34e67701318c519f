import type { RemoteEntry, Transport } from "./transport.js";

/**
 * The transport of a server whose sizes can't be believed: entries have none, so that a file is what comes until the
 * server has confirmed its end, and only its time tells versions apart.
 */
export function withoutSizes(transport: Transport): Transport {
  return {
    capabilities: transport.capabilities,
    list: async (directory, options) => {
      const take = options?.take;
      const listing = await transport.list(directory, {
        ...options,
        ...(take && { take: (entries) => take(entries.map(withoutSize)) }),
      });
      return { ...listing, entries: listing.entries.map(withoutSize) };
    },
    ...(transport.stat && {
      stat: async (path, options) => withoutSize(await transport.stat!(path, options)),
    }),
    read: (path, options) => transport.read(path, { ...options, size: undefined }),
    close: () => transport.close(),
  };
}

function withoutSize({ size: _, ...entry }: RemoteEntry): RemoteEntry {
  return entry;
}
