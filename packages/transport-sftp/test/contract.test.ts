import { transportCases } from "@daybook/testing";
import type { TransportFixture } from "@daybook/testing";
import { describe, test } from "vitest";
import { place } from "./support/place.js";

for (const pipelining of [true, false]) {
  const cases = transportCases({
    capabilities: { modifiedAt: "second", resume: true, parallelism: 6 },
    denies: true,
    cuts: true,
  });

  const fixture = async (): Promise<TransportFixture> => {
    const { tree, server, transport } = await place({
      transport: { connections: 2, filesPerConnection: 3, pipelining },
    });
    const forbidden = (server.faults.forbidden = new Set<string>());
    tree.makeDirectory("/root");
    return {
      transport,
      root: "/root",
      seed: async (files, emptyDirectories = []) => {
        for (const name of emptyDirectories) tree.makeDirectory(`/root/${name}`);
        for (const [name, bytes] of Object.entries(files)) tree.put(`/root/${name}`, bytes);
      },
      deny: async (name) => void forbidden.add(`/root/${name}`),
      cut: async (name, bytes) => void (server.faults.cutAfter = { path: `/root/${name}`, bytes }),
    };
  };

  describe(`SFTP keeps the contract ${pipelining ? "with requests ahead" : "one request at a time"}:`, () => {
    for (const c of cases) test(c.name, async () => c.run(await fixture()));
  });
}
