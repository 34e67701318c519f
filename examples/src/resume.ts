// Interrupt this as rudely as you like (kill -9), then run it again: it goes on at the byte where it was cut off, and
// what had come home is not fetched again. There is nothing to switch on for it; this one only shows it.

import { createDaybook, localDestination, ObserverToken, radarLayout } from "@daybook/core";
import type { Observer } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { home, server } from "./place.js";

const narrator: Observer = {
  on(event) {
    if (event.type === "file-started") console.log(`from byte ${event.resumedFrom}: ${event.path}`);
    if (event.type === "file-progress") console.log(`${event.bytes} bytes of ${event.path}`);
    if (event.type === "file-stored") console.log(`stored: ${event.file.sha256}`); // of the whole file
  },
};

const daybook = createDaybook({
  plugins: [
    // The ledger knows what is home; the destination keeps the parts of what is not.
    sqliteStore({ path: `${home}/state.db` }),
    localDestination({ path: `${home}/downloads` }),
    { name: "narrator", provides: ObserverToken, create: () => narrator },
  ],
  sources: [
    {
      name: "RMA1",
      plugins: [ftpTransport(server)],
      layout: radarLayout("RMA1"),
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T01:00:00Z",
    },
  ],
});

try {
  const { outcome } = await daybook.run();
  console.log(`outcome: ${outcome}`);
} finally {
  await daybook.close();
}
