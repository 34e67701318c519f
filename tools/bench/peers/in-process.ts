import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EventLoopTask } from "../event-loop.js";
import type { Job, Peer } from "../peer.js";
import { ROOT } from "../place.js";
import { daybook } from "./daybook.js";

const task = (job: Job) => join(job.work, "task.json");
const figures = (job: Job) => join(job.work, "figures.json");

/** Daybook as a library, in a program that watches its event loop. */
export const daybookInProcess: Peer = {
  name: "daybook-in-process",
  protocols: ["ftp", "sftp"],
  tasks: ["loop"],
  version: () => daybook.version(),
  prepare: async (job) => {
    const { server, dest, work, tree } = job;
    const start = tree.start.toISOString();
    const end = new Date(tree.start.getTime() + tree.hours * 3_600_000).toISOString();
    const state = join(work, "state.db");
    const what: EventLoopTask = { server, dest, state, start, end, figures: figures(job) };
    await writeFile(task(job), JSON.stringify(what));
  },
  command: (job) => ({
    program: process.execPath,
    args: [join(ROOT, "tools/bench/dist/tools/bench/event-loop.js"), task(job)],
    // As the command sets it for itself.
    env: { UV_THREADPOOL_SIZE: "16" },
  }),
  figures: async (job) => JSON.parse(await readFile(figures(job), "utf8")) as Record<string, number>,
};
