import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { firstLine } from "../first-line.js";
import type { Job, Peer } from "../peer.js";

const batch = (job: Job) => join(job.work, "sftp.txt");

/** OpenSSH's own: one connection, one file at a time. */
export const sftp: Peer = {
  name: "sftp",
  protocols: ["sftp"],
  tasks: ["fetch"],
  version: () => firstLine("ssh", ["-V"]),
  prepare: (job) => writeFile(batch(job), `get -r ${job.server.path}/L2/* ${job.dest}\n`),
  command: (job) => {
    const { host, port, user, key, knownHosts } = job.server;
    return {
      program: "sftp",
      args: [
        ...["-q", "-b", batch(job), "-P", String(port), "-i", key, "-F", "none"],
        ...["-o", `UserKnownHostsFile=${knownHosts}`, "-o", "IdentitiesOnly=yes", `${user}@${host}`],
      ],
    };
  },
};
