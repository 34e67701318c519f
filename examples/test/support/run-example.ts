import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { FtpServer, RemoteTree } from "@daybook/testing";
import { onTestFinished } from "vitest";

/** A server with a tree, and a folder for what comes home; both are gone after the test. */
export async function place(tree = new RemoteTree()) {
  const server = await FtpServer.start({ tree });
  const home = mkdtempSync(join(tmpdir(), "daybook-example-"));
  onTestFinished(async () => {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  });
  const env = { FTP_HOST: server.host, FTP_PORT: String(server.port), DAYBOOK_HOME: home };
  return { server, tree, home, env };
}

export type Example = ChildProcessByStdio<null, Readable, Readable>;

/** Starts a built example in a process of its own, as a user would. */
export function start(name: string, env: Readonly<Record<string, string>>): Example {
  const script = fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Runs an example to its end. */
export async function run(name: string, env: Readonly<Record<string, string>>) {
  const child = start(name, env);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { code, stderr, lines: stdout.trimEnd().split("\n") };
}

/** Waits for a line that the example prints; rejects with what it printed instead if it ends first. */
export async function line(child: Example, wanted: RegExp): Promise<string> {
  const seen: string[] = [];
  for await (const one of createInterface({ input: child.stdout })) {
    if (wanted.test(one)) return one;
    seen.push(one);
  }
  throw new Error(`ended without a line like ${wanted}: ${seen.join("\n")}`);
}
