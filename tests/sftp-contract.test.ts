import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { transportCases } from "@daybook/testing";
import type { TransportFixture } from "@daybook/testing";
import { SftpTransport } from "@daybook/transport-sftp";
import { afterAll, beforeAll, describe, onTestFinished, test } from "vitest";
import type { OpenSsh } from "./servers/openssh.js";
import { startOpenSsh, whyNoOpenSsh } from "./servers/openssh.js";

const cases = transportCases({
  capabilities: { modifiedAt: "second", resume: true, parallelism: 6 },
  // sshd serves with the rights of the user it runs as, and root may read everything.
  denies: process.getuid?.() !== 0,
  cuts: false,
});

describe.skipIf(whyNoOpenSsh())("SFTP keeps the contract with OpenSSH:", () => {
  let sshd: OpenSsh;
  let served: string;
  beforeAll(async () => {
    sshd = await startOpenSsh();
    served = mkdtempSync(join(tmpdir(), "daybook-sftp-contract-"));
  });
  afterAll(async () => {
    await sshd?.stop();
    rmSync(served, { recursive: true, force: true });
  });

  function fixture(): TransportFixture {
    const root = mkdtempSync(join(served, "case-"));
    const { port, user, privateKey, knownHosts } = sshd;
    const transport = new SftpTransport({
      ...{ host: "127.0.0.1", port, user, privateKey, hostKey: { knownHosts } },
      ...{ connections: 2, filesPerConnection: 3 },
    });
    onTestFinished(() => transport.close());
    return {
      transport,
      root,
      seed: async (files, emptyDirectories = []) => {
        for (const name of emptyDirectories) mkdirSync(join(root, name), { recursive: true });
        for (const [name, bytes] of Object.entries(files)) {
          mkdirSync(dirname(join(root, name)), { recursive: true });
          writeFileSync(join(root, name), bytes);
        }
      },
      deny: async (name) => chmodSync(join(root, name), 0),
    };
  }

  for (const c of cases) test(c.name, () => c.run(fixture()));
});
