import { spawnSync } from "node:child_process";
import { firstLine } from "../first-line.js";
import type { Job, Peer } from "../peer.js";

const CONNECTIONS = "10";

/** rclone wants passwords obscured, by itself. */
const obscured = (password: string) =>
  spawnSync("rclone", ["--config", "/dev/null", "obscure", password], { encoding: "utf8" }).stdout.trim();

const login = ({ server }: Job): string[] =>
  server.protocol === "ftp"
    ? [
        ...["--ftp-host", server.host, "--ftp-port", String(server.port)],
        ...["--ftp-user", server.user, "--ftp-pass", obscured(server.password)],
      ]
    : [
        ...["--sftp-host", server.host, "--sftp-port", String(server.port), "--sftp-user", server.user],
        ...["--sftp-key-file", server.key, "--sftp-known-hosts-file", server.knownHosts],
        // It would run commands at the server, which those who offer SFTP don't allow.
        "--sftp-disable-hashcheck",
      ];

export const rclone: Peer = {
  name: "rclone",
  protocols: ["ftp", "sftp"],
  tasks: ["fetch", "poll"],
  version: () => firstLine("rclone", ["version"]),
  command: (job) => ({
    program: "rclone",
    args: [
      ...["--config", "/dev/null", "copy", `:${job.server.protocol}:${job.server.path}/L2`, job.dest],
      ...["--transfers", CONNECTIONS, "--checkers", CONNECTIONS],
      // Several streams for one file end damaged or not at all with FTP.
      ...["--multi-thread-streams", "0"],
      ...(job.task === "poll" ? ["--size-only"] : []),
      ...login(job),
    ],
  }),
};
