// Crawl a tree with a layout of one's own; see weekly-layout.ts.

import { createDaybook, localDestination } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { home, server } from "./place.js";
import { WeeklyLayout } from "./weekly-layout.js";

const daybook = createDaybook({
  plugins: [sqliteStore({ path: `${home}/state.db` }), localDestination({ path: `${home}/downloads` })],
  sources: [
    {
      name: "tides",
      plugins: [ftpTransport(server)],
      layout: new WeeklyLayout(),
      start: "2025-01-01T00:00:00Z", // in the middle of a week: of that week's folder only what is not older is taken
      end: "2025-01-13T00:00:00Z",
    },
  ],
});

try {
  const { outcome } = await daybook.run();
  for await (const file of daybook.files()) console.log(`${file.attributes.station} ${file.location}`);
  console.log(`outcome: ${outcome}`);
} finally {
  await daybook.close();
}
