import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { firstLine } from "../first-line.js";
import type { Job, Peer } from "../peer.js";
import { filesOf } from "../tree.js";

const CONNECTIONS = "10";
const list = (job: Job) => join(job.work, "curl.txt");

/** Is told every file's name beforehand, and so lists nothing: no peer can have less to do. */
export const curl: Peer = {
  name: "curl",
  protocols: ["ftp"],
  tasks: ["fetch"],
  version: () => firstLine("curl", ["--version"]),
  prepare: async (job) => {
    const { host, port, path, user, password } = job.server;
    const stream = createWriteStream(list(job));
    stream.write(`user = "${user}:${password}"\n`);
    for (const file of filesOf(job.tree)) {
      // Two slashes: paths in such addresses begin where the login puts one.
      stream.write(`url = "ftp://${host}:${port}/${path}${file.path}"\n`);
      stream.write(`output = "${job.dest}${file.path.replace("/L2", "")}"\n`);
    }
    stream.end();
    await once(stream, "finish");
  },
  command: (job) => ({
    program: "curl",
    args: [
      ...["-q", "-sS", "--fail", "--parallel", "--parallel-max", CONNECTIONS],
      ...["--ftp-method", "nocwd", "--create-dirs", "-K", list(job)],
    ],
  }),
};
