import type { Listing, RemoteEntry, Transport } from "@daybook/core";
import type { MemoryTransport, RemoteTree } from "@daybook/testing";

/** A way to break a transport, and the cases that must tell. */
export interface Broken {
  readonly around: (transport: MemoryTransport, tree: RemoteTree) => Transport;
  readonly caughtBy: readonly string[];
}

export type BrokenTransports = Readonly<Record<string, Broken>>;

/** The transport, with some of its methods done differently. */
export function but(transport: Transport, different: Partial<Transport>): Transport {
  return {
    capabilities: transport.capabilities,
    list: (directory, options) => transport.list(directory, options),
    read: (path, options) => transport.read(path, options),
    close: () => transport.close(),
    ...(transport.stat && { stat: (path, options) => transport.stat!(path, options) }),
    ...different,
  };
}

/** The transport, with each listing changed. */
export const relisting =
  (change: (listing: Listing, directory: string) => Listing) =>
  (transport: Transport): Transport =>
    but(transport, {
      list: async (directory, options) => change(await transport.list(directory, options), directory),
    });

/** The transport, with each entry changed, or left out. */
export const renaming = (change: (entry: RemoteEntry) => RemoteEntry | undefined) =>
  relisting(({ entries, ...rest }) => ({
    ...rest,
    entries: entries.map(change).filter((entry) => entry !== undefined),
  }));
