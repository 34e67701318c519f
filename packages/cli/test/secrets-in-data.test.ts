import { expect, test } from "vitest";
import { FtpServer, RemoteTree } from "@daybook/testing";
import { json } from "./radar-server.js";
import { daybook, temporaryFolder, writeConfig } from "./workspace.js";

const FOLDER = "/L2/RMA1/2025/01/01/00";
const FILE = `${FOLDER}/DBZH01_20250101T003000Z.dat`;

/** A tree of one file, crawled with that password, which the source's user has. */
async function crawled(password: string, size = 1000) {
  const tree = new RemoteTree();
  tree.put(FILE, Buffer.alloc(size, 1), new Date("2025-01-01T00:31:00Z"));
  const server = await FtpServer.start({ tree, users: { me: password } });
  const folder = await temporaryFolder();
  const file = await writeConfig(
    `state: { use: sqlite }
destination: { use: local, path: ./downloads }
sources:
  - name: S
    transport: { use: ftp, host: 127.0.0.1, port: ${server.port}, user: me, password: ${JSON.stringify(password)} }
    layout: /L2/RMA1/{yyyy}/{MM}/{dd}/{HH}/{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.dat
    start: 2025-01-01T00:00Z
    end: 2025-01-01T02:00Z
`,
    folder,
  );
  const run = await daybook(["run", "--once", "--json", "-c", file]);
  await server.close();
  return { file, run };
}

// Each occurs in what is told of the file: its size, a stretch of its path, its name, a state, a word of messages.
test.each(["123456", "2025/01", "DBZH01", "stored", "missing", "p", "1", "true", "sha256", "size"])(
  "the password %s alters no data",
  async (password) => {
    const { file, run } = await crawled(password, 123_456);
    expect(run.stdout).not.toContain("***");
    expect(json(run.stdout).length).toBeGreaterThan(3);
    const files = await daybook(["files", "--json", "-c", file]);
    expect(json(files.stdout)).toMatchObject([{ path: FILE, size: 123_456, status: "stored" }]);
    const told = [
      await daybook(["files", "-c", file]),
      await daybook(["status", "-c", file]),
      await daybook(["status", "--json", "-c", file]),
      await daybook(["gaps", "-c", file]),
      await daybook(["gaps", "--json", "-c", file]),
      await daybook(["explain", FILE, "-c", file]),
      await daybook(["explain", FILE, "--json", "-c", file]),
      await daybook(["verify", "--json", "-c", file]),
    ];
    for (const { stdout, stderr } of told) expect(stdout + stderr).not.toContain("***");
    expect(told[0]!.stdout).toContain(FILE);
  },
);
