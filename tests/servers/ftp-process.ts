import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, chmodSync, constants, mkdirSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface RealFtpOptions {
  /** The address it listens on; one of this machine's. Default 127.0.0.1. */
  readonly host?: string;
  /** An existing folder to serve, which is left alone. Default a new one. */
  readonly root?: string;
  /** Where a log-in leads, below the root, such as "/home"; of ProFTPD and pure-ftpd alone. Default "/". */
  readonly home?: string;
  /** Logins from one address at once. Default no limit. */
  readonly maxPerHost?: number;
  /** Lines for its own configuration, of ProFTPD alone. */
  readonly lines?: readonly string[];
  /** Offer AUTH TLS and refuse logins without it; PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A server of its own on a port of 127.0.0.1, from a configuration in a temporary folder. */
export interface RealFtp {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** What it serves. What is put here must be readable by everybody. */
  readonly root: string;
  /** What `root` is called at the server: nothing where it is "/", which takes root; its full path for others. */
  readonly path: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface RealFtpKind {
  readonly name: string;
  /** Why there can be none here; undefined where there can. With CI=true its absence is an error. */
  whyNot(): string | undefined;
  start(options?: RealFtpOptions): Promise<RealFtp>;
}

/** What makes one kind of server out of a configuration. */
export interface Recipe {
  readonly name: string;
  /** The program that serves, where it isn't called like the server. */
  readonly program?: string;
  /** Why it can't run although its program is here. */
  readonly whyNot?: () => string | undefined;
  /** A user with a password where the server needs one; default anonymous. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Writes what is needed into the folder and tells how to start it. */
  prepare(place: Place, options: RealFtpOptions): Promise<readonly string[]>;
}

export interface Place {
  readonly folder: string;
  readonly root: string;
  readonly host: string;
  readonly port: number;
  /** Where the server was unpacked, if it was. */
  readonly prefix: string;
  /** A file of the folder, written. */
  file(name: string, text: string): Promise<string>;
  /** Runs a program that comes with the server. */
  run(program: string, args: readonly string[]): void;
}

const unpacked = () => process.env.DAYBOOK_SERVERS ?? join(homedir(), ".cache", "daybook-servers");

export function realFtp(recipe: Recipe): RealFtpKind {
  return {
    name: recipe.name,
    whyNot: () => whyNot(recipe),
    start: (options = {}) => start(recipe, options),
  };
}

function whyNot({ name, program = name, whyNot: lacks }: Recipe): string | undefined {
  const found = binary(program) !== undefined && lacks?.() === undefined;
  if (found && asRoot()) return undefined;
  const reason = found ? `${name} is started by root only` : `${name} is not here: run .ci/servers as root`;
  if (process.env.CI === "true") throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return reason;
}

export const asRoot = () => process.getuid?.() === 0;

function binary(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin"];
  const places = [...folders, join(unpacked(), "usr/sbin"), join(unpacked(), "usr/bin")];
  return places
    .map((folder) => resolve(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function environment(): NodeJS.ProcessEnv {
  const lib = join(unpacked(), "usr/lib");
  try {
    const folders = readdirSync(lib).filter((name) => name.endsWith("-linux-gnu"));
    return { ...process.env, LD_LIBRARY_PATH: folders.map((name) => join(lib, name)).join(":") };
  } catch {
    return process.env;
  }
}

async function start(recipe: Recipe, options: RealFtpOptions): Promise<RealFtp> {
  const folder = await mkdtemp(join(tmpdir(), `daybook-${recipe.name}-`));
  // It serves as somebody with few rights.
  chmodSync(folder, 0o755);
  const root = options.root ?? join(folder, "root");
  mkdirSync(root, { mode: 0o755, recursive: true });
  const { host = "127.0.0.1" } = options;
  const port = await freePort(host);
  const program = (name: string) => {
    const file = binary(name);
    if (file === undefined) throw new Error(`${name} is not here: run .ci/servers as root`);
    return file;
  };
  const args = await recipe.prepare(
    {
      folder,
      root,
      host,
      port,
      prefix: unpacked(),
      file: async (name, text) => {
        await writeFile(join(folder, name), text, { mode: 0o600 });
        return join(folder, name);
      },
      run: (name, parameters) => void execFileSync(program(name), parameters, { env: environment() }),
    },
    options,
  );
  // proftpd and pure-ftpd close every descriptor there could be for each login: with many allowed that takes long.
  const limited = ["-c", 'ulimit -n 1024; exec "$@"', "sh", program(recipe.program ?? recipe.name), ...args];
  const daemon = spawn("/bin/sh", limited, { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  await listens(daemon, host, port);
  return {
    host,
    port,
    user: recipe.login?.user ?? "anonymous",
    password: recipe.login?.password ?? "anonymous@",
    root,
    path: asRoot() ? "" : root,
    pid: daemon.pid!,
    stop: async () => {
      const children = childrenOf(daemon.pid!);
      await endProcess(daemon);
      for (const child of children) signal(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** They fork for each connection, and their end doesn't end those. */
function childrenOf(pid: number): number[] {
  try {
    const list = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" });
    const children = list.split("\n").map(Number).filter(Boolean);
    return children.flatMap((child) => [child, ...childrenOf(child)]);
  } catch {
    return [];
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
}

async function endProcess(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = once(daemon, "exit");
  daemon.kill("SIGTERM");
  await ended;
}

/** They say nothing when they are ready: tries until a connection is accepted. */
async function listens(daemon: ChildProcess, host: string, port: number): Promise<void> {
  let said = "";
  for (const output of [daemon.stdout!, daemon.stderr!]) output.on("data", (text) => (said += String(text)));
  let failed: Error | undefined;
  daemon.once("exit", (code) => (failed = new Error(`the server ended with ${code}: ${said}`)));
  daemon.once("error", (error) => (failed = error));
  while (!(await greets(host, port))) {
    if (failed) throw failed;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether the port answers; waits until the server has seen the end, so that the visit doesn't count against limits. */
function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    // A server of SSH takes no command, and hangs up by itself.
    socket.once("data", (greeting) =>
      String(greeting).startsWith("SSH-") ? socket.end() : socket.write("QUIT\r\n"),
    );
    socket.once("error", () => resolve(false));
    socket.once("end", () => resolve(true));
    socket.resume();
  });
}

async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
