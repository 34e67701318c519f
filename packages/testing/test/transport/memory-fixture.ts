import { DaybookError } from "@daybook/core";
import type { Transport } from "@daybook/core";
import { MemoryTransport, RemoteTree } from "@daybook/testing";
import type { MemoryTransportOptions, ReadFault, TransportFixture, TransportTraits } from "@daybook/testing";

export const traits: TransportTraits = {
  capabilities: { modifiedAt: "millisecond", resume: true, parallelism: 3 },
  denies: true,
  cuts: true,
  links: true,
};

export interface MemoryFixtureOptions {
  readonly root?: string;
  readonly capabilities?: MemoryTransportOptions["capabilities"];
  /** What is put around the transport before the kit gets it. */
  readonly around?: (transport: MemoryTransport, tree: RemoteTree) => Transport;
}

/** A memory transport on a tree of its own, whose faults the fixture's `deny` and `cut` set. */
export function memoryFixture(options: MemoryFixtureOptions = {}): TransportFixture {
  const { root = "/pub/data", around = (transport) => transport } = options;
  const tree = new RemoteTree();
  const denied = new Set<string>();
  const cuts = new Map<string, ReadFault>();
  const refuse = (path: string) =>
    denied.has(path) ? { fail: new DaybookError("permission", "denied for the test") } : undefined;
  tree.makeDirectory(root);
  const transport = new MemoryTransport({
    tree,
    capabilities: options.capabilities ?? traits.capabilities,
    faults: { onList: refuse, onRead: (path) => refuse(path) ?? cuts.get(path) },
  });
  const at = (name: string) => `${root === "/" ? "" : root}/${name}`;
  return {
    transport: around(transport, tree),
    root,
    seed: async (files, emptyDirectories = []) => {
      for (const [name, bytes] of Object.entries(files)) tree.put(at(name), bytes);
      for (const name of emptyDirectories) tree.makeDirectory(at(name));
    },
    link: async (name, target) => tree.link(at(name), at(target)),
    deny: async (name) => void denied.add(at(name)),
    cut: async (name, bytes) => void cuts.set(at(name), { dropAfter: bytes }),
  };
}
