// Two servers with the same tree, and a limit on what may come from them in working hours.

import {
  createDaybook,
  failoverTransport,
  localDestination,
  ObserverToken,
  radarLayout,
} from "@daybook/core";
import type { CrawlEvent } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { home, server } from "./place.js";

const { MIRROR_HOST = server.host, MIRROR_PORT = String(server.port) } = process.env;
const mirror = { ...server, host: MIRROR_HOST, port: Number(MIRROR_PORT) };

const on = (event: CrawlEvent): void => {
  if (event.type === "host-lost") console.log(`left out: ${event.host}`);
  if (event.type === "host-regained") console.log(`back: ${event.host}`);
};

const daybook = createDaybook({
  plugins: [
    sqliteStore({ path: `${home}/state.db` }),
    localDestination({ path: `${home}/downloads` }),
    { name: "hosts", provides: ObserverToken, create: () => ({ on }) },
  ],
  sources: [
    {
      name: "RMA1",
      plugins: [
        failoverTransport({
          hosts: [ftpTransport(server), ftpTransport(mirror)], // the first is preferred
          trust: "any", // both always show the same; leave it out where the mirror may lag behind
        }),
      ],
      layout: radarLayout("RMA1"),
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T03:00:00Z",
    },
  ],
  hosts: {
    [server.host]: {
      limit: { rate: "50MB/s", hours: [{ from: "08:00", to: "18:00", rate: "20MB/s", days: ["mon-fri"] }] },
    },
  },
});

try {
  const { outcome, sources } = await daybook.run();
  console.log(`${sources[0]!.fetched.files} files fetched, outcome: ${outcome}`);
} finally {
  await daybook.close();
}
