import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { startOpenSsh } from "../../tests/servers/openssh.js";
import { vsftpdWith } from "../../tests/servers/vsftpd.js";
import { firstLine } from "./first-line.js";
import type { Server } from "./peer.js";
import type { Protocol } from "./scenario.js";

export interface RunningServer extends Server {
  /** Of the process all others of it come from. */
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  /** The folder that is served. */
  readonly root: string;
  /** FTP: a file that every command is written to. */
  readonly log?: string;
  /** FTP: logins and data are encrypted with it. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const SSHD = "/usr/sbin/sshd";

/** Why there can be no server here; undefined where there can. */
export function whyNoServer(protocol: Protocol): string | undefined {
  if (protocol === "ftp") {
    return serverVersion("ftp") === undefined
      ? "vsftpd is not installed (Debian: apt-get install vsftpd)"
      : undefined;
  }
  try {
    accessSync(SSHD, constants.X_OK);
    return undefined;
  } catch {
    return `${SSHD} is not there (Debian: apt-get install openssh-server)`;
  }
}

export const serverVersion = (protocol: Protocol) =>
  protocol === "ftp" ? firstLine("vsftpd", ["-v"]) : firstLine("ssh", ["-V"]);

export const startServer = (protocol: Protocol, options: ServerOptions): Promise<RunningServer> =>
  protocol === "ftp" ? startFtp(options) : startSftp(options);

/** As it is shipped, but for the sandbox, which some kernels end logins with. */
async function startFtp({ host, root, log, tls }: ServerOptions): Promise<RunningServer> {
  const logging = log
    ? ["xferlog_enable=YES", "xferlog_std_format=NO", "log_ftp_protocol=YES", `vsftpd_log_file=${log}`]
    : [];
  const isolated = process.getuid?.() === 0 ? ["isolate_network=YES"] : [];
  const server = await vsftpdWith([...isolated, ...logging]).start({ host, root, tls });
  const { port, user, password, path, pid } = server;
  return {
    ...{ protocol: "ftp", host, port, user, password, path, pid, key: "", knownHosts: "" },
    stop: () => server.stop(),
  };
}

/** Offers SFTP only, as those who publish data do. */
async function startSftp({ host, root }: ServerOptions): Promise<RunningServer> {
  const config = ["ForceCommand internal-sftp", "MaxStartups 500", "MaxSessions 500"];
  const server = await startOpenSsh({ host, config });
  const { port, user, privateKeyFile, knownHosts, pid } = server;
  return {
    ...{ protocol: "sftp", host, port, user, password: "", path: join(root), pid },
    ...{ key: privateKeyFile, knownHosts },
    stop: () => server.stop(),
  };
}
