import { AcmeTransport } from "@daybook/adapter-template";
import { RemoteTree, transportCases } from "@daybook/testing";
import type { TransportFixture } from "@daybook/testing";
import { describe, onTestFinished, test } from "vitest";
import { AcmeServer } from "./support/acme-server.js";

const cases = transportCases({
  capabilities: { modifiedAt: "millisecond", resume: true, parallelism: 2 },
  denies: true,
  cuts: true,
});

async function freshFixture(): Promise<TransportFixture> {
  const tree = new RemoteTree();
  const server = new AcmeServer({ tree });
  const transport = new AcmeTransport({ host: "127.0.0.1", port: await server.start(), connections: 2 });
  onTestFinished(async () => {
    await transport.close();
    await server.stop();
  });
  tree.makeDirectory("/pub");
  return {
    transport,
    root: "/pub",
    seed: async (files, emptyDirectories = []) => {
      for (const [name, bytes] of Object.entries(files)) tree.put(`/pub/${name}`, bytes);
      for (const name of emptyDirectories) tree.makeDirectory(`/pub/${name}`);
    },
    deny: async (name) => void server.denied.add(`/pub/${name}`),
    cut: async (name, bytes) => void server.cuts.set(`/pub/${name}`, bytes),
  };
}

describe("the acme transport keeps the contract:", () => {
  for (const c of cases) test(c.name, async () => c.run(await freshFixture()));
});
