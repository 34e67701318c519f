// A crawl in this process, as an application would embed it, that measures how long the event loop is held up. Started
// with a file of `EventLoopTask`; writes the figures, in ms, into the file named there.

import { readFileSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { bufrInspector, createDaybook, localDestination, RADAR_TEMPLATE, template } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { sftpTransport } from "@daybook/transport-sftp";
import type { Server } from "./peer.js";
import { RADAR } from "./tree.js";

export interface EventLoopTask {
  readonly server: Server;
  readonly dest: string;
  readonly state: string;
  readonly start: string;
  readonly end: string;
  readonly figures: string;
}

/** How often the loop is looked at, ms: what is measured is this much at least. */
const RESOLUTION = 1;

const task = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as EventLoopTask;
const { host, port, user, password, key, knownHosts, path, protocol } = task.server;
const daybook = createDaybook({
  plugins: [sqliteStore({ path: task.state }), localDestination({ path: task.dest }), bufrInspector()],
  sources: [
    {
      name: RADAR,
      plugins: [
        protocol === "ftp"
          ? ftpTransport({ host, port, user, password, connections: 10 })
          : sftpTransport({
              ...{ host, port, user, privateKey: readFileSync(key, "utf8"), connections: 2 },
              hostKey: { knownHosts },
            }),
      ],
      layout: template(path + RADAR_TEMPLATE, { radar: RADAR }),
      start: task.start,
      end: task.end,
    },
  ],
});
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();
const { outcome } = await daybook.run();
delay.disable();
await daybook.close();
const ms = (nanoseconds: number) => nanoseconds / 1e6;
const figures = {
  "delay p50 ms": ms(delay.percentile(50)),
  "delay p99 ms": ms(delay.percentile(99)),
  "delay max ms": ms(delay.max),
};
writeFileSync(task.figures, JSON.stringify(figures));
if (outcome !== "complete") {
  console.error(`the crawl ended ${outcome}`);
  process.exitCode = 1;
}
