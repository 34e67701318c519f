// Watch a radar and fetch every file soon after it appears, until Ctrl+C. A source without an end never finishes.

import { bufrInspector, createDaybook, localDestination, ObserverToken, radarLayout } from "@daybook/core";
import type { Observer } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { home, server } from "./place.js";

const HOUR = 3_600_000;

// Called for everything that happens. A slow observer slows the crawl: hand work on instead of waiting for it here.
const announcer: Observer = {
  on(event) {
    if (event.type === "file-stored") console.log(`new: ${event.file.location}`);
    if (event.type === "host-down")
      console.log(`${event.error.detail}; next try ${event.nextTryAt.toISOString()}`);
  },
};

const daybook = createDaybook({
  plugins: [
    sqliteStore({ path: `${home}/state.db` }),
    localDestination({ path: `${home}/downloads` }),
    bufrInspector(), // proves that a file is whole, so that it needn't lie still for a minute before it is fetched
    { name: "announcer", provides: ObserverToken, create: () => announcer },
  ],
  sources: [
    {
      name: "RMA1",
      plugins: [ftpTransport(server)],
      layout: radarLayout("RMA1"),
      start: new Date(Date.now() - HOUR), // the last hour first, then whatever comes
      poll: 1000, // a look every second; for a server of somebody else's the default of a minute is more polite
    },
  ],
});

const stop = new AbortController();
process.once("SIGINT", () => stop.abort()); // downloads under way are finished first
process.once("SIGTERM", () => stop.abort());
try {
  const { outcome } = await daybook.run({ signal: stop.signal });
  console.log(`outcome: ${outcome}`);
} finally {
  await daybook.close();
}
