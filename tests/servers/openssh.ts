import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const SSHD = "/usr/sbin/sshd";

export interface OpenSshOptions {
  /** The address it listens on; one of this machine's. Default 127.0.0.1. */
  readonly host?: string;
  /** Lines added before sshd's configuration; the first value of a keyword counts. */
  readonly config?: readonly string[];
}

/** An sshd of its own on a port of 127.0.0.1, from a configuration in a temporary folder. It serves the real files. */
export interface OpenSsh {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly user: string;
  /** Logs in without a passphrase. */
  readonly privateKey: string;
  /** Holds that key, PEM. */
  readonly privateKeyFile: string;
  /** The fingerprint of the only host key. */
  readonly fingerprint: string;
  /** Holds that key. */
  readonly knownHosts: string;
  /** Ends every connection, and takes new ones. */
  endConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** Why there can be no sshd here; undefined where there can. With CI=true its absence is an error. */
export function whyNoOpenSsh(): string | undefined {
  try {
    accessSync(SSHD, constants.X_OK);
    return undefined;
  } catch {
    const reason = `${SSHD} is not installed (Debian: apt-get install openssh-server)`;
    if (process.env.CI === "true") throw new Error(reason);
    console.warn(`skipped: ${reason}`);
    return reason;
  }
}

export async function startOpenSsh(options: OpenSshOptions = {}): Promise<OpenSsh> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-sshd-"));
  for (const name of ["host_key", "user_key"]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
  }
  const { host = "127.0.0.1" } = options;
  const port = await freePort(host);
  // sshd drops its rights into this folder, and won't start as root without it.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const publicHostKey = await readFile(join(folder, "host_key.pub"), "utf8");
  const knownHosts = join(folder, "known_hosts");
  await writeFile(knownHosts, `[${host}]:${port} ${publicHostKey}`);
  await writeFile(
    join(folder, "sshd_config"),
    [
      ...(options.config ?? []),
      `ListenAddress ${host}`,
      `Port ${port}`,
      `HostKey ${join(folder, "host_key")}`,
      `AuthorizedKeysFile ${join(folder, "user_key.pub")}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin yes",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "UseDNS no",
      "LogLevel INFO",
      "Subsystem sftp internal-sftp",
      "",
    ].join("\n"),
  );
  const launch = async () => {
    const daemon = spawn(SSHD, ["-D", "-e", "-f", join(folder, "sshd_config")], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    await listens(daemon);
    return daemon;
  };
  let daemon = await launch().catch(async (error: unknown) => {
    await rm(folder, { recursive: true });
    throw error;
  });
  const end = async () => {
    const children = childrenOf(daemon.pid!);
    await endProcess(daemon);
    for (const child of children) signal(child);
  };
  return {
    host,
    port,
    get pid() {
      return daemon.pid!;
    },
    user: userInfo().username,
    privateKey: await readFile(join(folder, "user_key"), "utf8"),
    privateKeyFile: join(folder, "user_key"),
    fingerprint: execFileSync("ssh-keygen", ["-lf", join(folder, "host_key.pub")], {
      encoding: "utf8",
    }).split(" ")[1]!,
    knownHosts,
    endConnections: async () => {
      await end();
      daemon = await launch();
    },
    stop: async () => {
      await end();
      await rm(folder, { recursive: true });
    },
  };
}

/** sshd forks for each connection, and its end doesn't end those. */
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

/** Waits until sshd says so; a connection on trial would count against its limits. */
function listens(daemon: ChildProcess): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    daemon.stderr!.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("Server listening on")) resolve();
    });
    daemon.once("exit", (code) => reject(new Error(`sshd ended with ${code}: ${said}`)));
    daemon.once("error", reject);
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
