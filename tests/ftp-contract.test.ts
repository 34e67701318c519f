import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { testCertificate, transportCases } from "@daybook/testing";
import type { TransportFixture } from "@daybook/testing";
import { FtpTransport } from "@daybook/transport-ftp";
import { afterAll, beforeAll, describe, onTestFinished, test } from "vitest";
import type { RealFtp, RealFtpOptions } from "./servers/ftp-process.js";
import { proftpd } from "./servers/proftpd.js";
import { pureFtpd } from "./servers/pure-ftpd.js";
import { vsftpd } from "./servers/vsftpd.js";

const cases = transportCases({
  capabilities: { modifiedAt: "day", resume: true, parallelism: 3 },
  denies: true,
  cuts: false,
});

function fixture(server: RealFtp, { tls }: RealFtpOptions): TransportFixture {
  const folder = mkdtempSync(join(server.root, "case-"));
  chmodSync(folder, 0o755);
  const { host, port, user, password } = server;
  const secure = tls !== undefined;
  const transport = new FtpTransport({
    host,
    port,
    user,
    password,
    connections: 3,
    secure,
    tls: { ca: tls?.cert },
  });
  onTestFinished(() => transport.close());
  return {
    transport,
    root: `/${basename(folder)}`,
    seed: async (files, emptyDirectories = []) => {
      for (const name of emptyDirectories) mkdirSync(join(folder, name), { recursive: true });
      for (const [name, bytes] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), bytes);
      }
    },
    deny: async (name) => chmodSync(join(folder, name), 0),
  };
}

for (const kind of [vsftpd, proftpd, pureFtpd]) {
  // vsftpd and proftpd insist on TLS sessions being taken up again for data.
  for (const options of kind === pureFtpd ? [{}] : [{}, { tls: testCertificate }]) {
    const how = "tls" in options ? "over TLS" : "in the clear";
    describe.skipIf(kind.whyNot() !== undefined)(`FTP keeps the contract with ${kind.name} ${how}:`, () => {
      let server: RealFtp;
      beforeAll(async () => {
        server = await kind.start(options);
      });
      afterAll(() => server.stop());
      for (const c of cases) test(c.name, () => c.run(fixture(server, options)));
    });
  }
}
