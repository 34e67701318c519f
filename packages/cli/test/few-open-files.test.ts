import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { json, sampleTree, served } from "./radar-server.js";
import { BIN, daybook } from "./workspace.js";

const OPEN_FILES = 200;
const CONNECTIONS = 400;

test.skipIf(process.platform === "win32")(
  "hundreds of connections that ask nothing take no file from the crawl, where few may be open",
  async () => {
    const { server, file, folder } = await served(sampleTree(), {
      top: "serve: { address: 127.0.0.1:0, token: a-token-of-32-characters-or-more }",
    });
    await writeFile(join(folder, "state.json"), "{}");
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    server.faults.onRetr = () => gate;
    const limited = `ulimit -n ${OPEN_FILES}; exec "$0" "$@"`;
    const child = spawn("/bin/sh", ["-c", limited, process.execPath, BIN, "run", "--serve", "-c", file]);
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    const port = await new Promise<number>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
          const [, found] = /The dashboard is at http:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? [];
          if (found !== undefined) resolve(Number(found));
        });
    });
    const sockets: Socket[] = Array.from({ length: CONNECTIONS }, () =>
      connect(port, "127.0.0.1")
        .on("error", () => undefined)
        .resume(),
    );
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
    // All but those within the bound are closed again.
    await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBeGreaterThan(CONNECTIONS / 2);
    release();
    expect(await once(child, "exit")).toEqual([3, null]);
    expect(said).not.toContain("EMFILE");
    const files = await daybook(["files", "--json", "--status", "stored", "-c", file]);
    expect(json(files.stdout)).toHaveLength(3);
  },
  60_000,
);
