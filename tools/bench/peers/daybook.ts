import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RADAR_TEMPLATE } from "@daybook/core";
import type { Job, Peer } from "../peer.js";
import { ROOT } from "../place.js";
import { holdsMessages, RADAR } from "../tree.js";

const FTP_CONNECTIONS = 10;
const SFTP_CONNECTIONS = 2;

const configuration = (job: Job) => join(job.work, "daybook.yaml");

/** With everything that is always on: hashes, the inspector where files are messages, the ledger in SQLite. */
function settings(job: Job, sync: boolean): object {
  const { server, tree, dest, task } = job;
  const { host, port, user } = server;
  const transport =
    server.protocol === "ftp"
      ? { use: "ftp", host, port, user, password: server.password, connections: FTP_CONNECTIONS }
      : {
          ...{ use: "sftp", host, port, user, private_key_file: server.key, connections: SFTP_CONNECTIONS },
          host_key: { known_hosts: server.knownHosts },
        };
  const end = new Date(tree.start.getTime() + tree.hours * 3_600_000);
  return {
    state: { use: "sqlite", path: "state.db" },
    destination: { use: "local", path: dest, sync },
    sources: [
      {
        name: RADAR,
        transport,
        layout: server.path + RADAR_TEMPLATE.replaceAll("{radar}", RADAR),
        start: tree.start.toISOString(),
        // A poll has no end: it looks at the hour that isn't over as well, even if it has done so a moment ago.
        ...(task === "poll" ? { poll: "100ms" } : { end: end.toISOString() }),
        ...(holdsMessages(tree) ? { inspect: ["bufr"] } : {}),
      },
    ],
  };
}

/** `root` is a checkout that has been built. */
function peer(name: string, sync: boolean, tasks: Peer["tasks"], root = ROOT): Peer {
  return {
    name,
    protocols: ["ftp", "sftp"],
    tasks,
    remembers: true,
    // The hour that isn't over has no folder yet: a gap.
    codes: { poll: [0, 3] },
    version: () => {
      const manifest = join(root, "packages/cli/package.json");
      const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
      return `daybook ${version} on Node.js ${process.version}`;
    },
    // JSON is YAML.
    prepare: (job) => writeFile(configuration(job), JSON.stringify(settings(job, sync), undefined, 2)),
    command: (job) => ({
      program: process.execPath,
      args: [
        join(root, "packages/cli/bin/daybook.js"),
        ...["run", "--config", configuration(job), ...(job.task === "poll" ? ["--once"] : [])],
      ],
    }),
  };
}

/** As it comes: every file is made durable before it counts. */
export const daybook = peer("daybook", true, ["fetch", "poll"]);
/** Without syncing, as all the peers work. */
export const daybookNoSync = peer("daybook-no-sync", false, ["fetch"]);

/** Both of another checkout, to see what a change has brought. */
export const otherDaybooks = (root: string): Peer[] => [
  peer("daybook-other", true, ["fetch", "poll"], root),
  peer("daybook-other-no-sync", false, ["fetch"], root),
];
