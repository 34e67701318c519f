import { FtpServer, RemoteTree, testCertificate, transportCases } from "@daybook/testing";
import type { FtpServerOptions, TransportFixture } from "@daybook/testing";
import { FtpTransport } from "@daybook/transport-ftp";
import { describe, onTestFinished, test } from "vitest";

const cases = transportCases({
  capabilities: { modifiedAt: "day", resume: true, parallelism: 2 },
  denies: true,
  cuts: true,
});

async function fixture(options: Partial<FtpServerOptions>): Promise<TransportFixture> {
  const tree = new RemoteTree();
  const server = await FtpServer.start({ ...options, tree });
  const tls = options.tls;
  const secure = tls?.implicit ? "implicit" : tls !== undefined;
  const transport = new FtpTransport({
    host: server.host,
    port: server.port,
    connections: 2,
    secure,
    tls: { ca: tls?.cert },
  });
  onTestFinished(async () => {
    await transport.close();
    await server.close();
  });
  const root = "/pub";
  tree.makeDirectory(root);
  return {
    transport,
    root,
    seed: async (files, emptyDirectories = []) => {
      for (const [name, content] of Object.entries(files)) tree.put(`${root}/${name}`, content);
      for (const name of emptyDirectories) tree.makeDirectory(`${root}/${name}`);
    },
    deny: async (name) => void (server.faults.denied = [...server.faults.denied, `${root}/${name}`]),
    cut: async (name, drop) => void server.faults.add({ on: "RETR", path: `${root}/${name}`, drop }),
  };
}

describe.each<[string, Partial<FtpServerOptions>]>([
  ["a server with MLSD", { style: "mlsd" }],
  ["a server with LIST only", { style: "list" }],
  ["a server that lists missing directories as empty", { style: "list", missingDirectory: "empty" }],
  ["a server that answers 450 for missing directories", { style: "mlsd", missingDirectory: "450" }],
  [
    "a server that lists missing directories as empty with MLSD",
    { style: "mlsd", missingDirectory: "empty" },
  ],
  ["explicit TLS", { tls: { ...testCertificate, required: true } }],
  ["implicit TLS", { tls: { ...testCertificate, implicit: true } }],
])("FTP keeps the contract with %s:", (_, options) => {
  for (const c of cases) test(c.name, async () => c.run(await fixture(options)));
});
