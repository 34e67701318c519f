import { firstLine } from "../first-line.js";
import type { Job, Peer } from "../peer.js";

const CONNECTIONS = 10;

/** What its manual offers to those in a hurry. */
const TUNED = [
  "set ftp:sync-mode off",
  "set ftp:use-mdtm off",
  "set net:connection-limit 0",
  "set mirror:set-permissions off",
];

function script(job: Job, settings: readonly string[]): string {
  const { server, tree, dest, task } = job;
  const ssh = `ssh -a -x -i ${server.key} -o UserKnownHostsFile=${server.knownHosts} -o IdentitiesOnly=yes`;
  const open =
    server.protocol === "ftp"
      ? `open -u ${server.user},${server.password} ftp://${server.host}:${server.port}`
      : `open -u ${server.user},x -p ${server.port} sftp://${server.host}`;
  const kept = task === "poll" ? "-c --ignore-time " : "";
  return [
    "set cmd:fail-exit yes",
    "set ftp:ssl-allow no",
    "set sftp:auto-confirm yes",
    // A refused login would be tried for ever.
    "set net:max-retries 3",
    `set sftp:connect-program "${ssh}"`,
    ...settings,
    open,
    `mirror ${kept}--parallel=${Math.min(CONNECTIONS, tree.count)} ${server.path}/L2 ${dest}`,
  ].join("; ");
}

const with_ = (
  name: string,
  settings: readonly string[],
  traits: Pick<Peer, "protocols" | "tasks">,
): Peer => ({
  name,
  ...traits,
  version: () => firstLine("lftp", ["--version"]),
  command: (job) => ({ program: "lftp", args: ["--norc", "-c", script(job, settings)] }),
});

export const lftp = with_("lftp", [], { protocols: ["ftp", "sftp"], tasks: ["fetch", "poll"] });
export const lftpTuned = with_("lftp-tuned", TUNED, { protocols: ["ftp"], tasks: ["fetch", "poll"] });
