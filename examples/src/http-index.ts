// Crawl a folder that a web server shows as an index, with the transport of http-index-transport.ts.

import { createDaybook, localDestination, template } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { httpIndexTransport } from "./http-index-transport.js";
import { home } from "./place.js";

const daybook = createDaybook({
  plugins: [sqliteStore({ path: `${home}/state.db` }), localDestination({ path: `${home}/downloads` })],
  sources: [
    {
      name: "forecasts",
      plugins: [httpIndexTransport({ url: process.env.HTTP_URL ?? "http://127.0.0.1:8080" })],
      layout: template("/weather/{yyyy}{MM}{dd}/{HH}/{product}_{yyyy}{MM}{dd}{HH}.grib2"),
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T06:00:00Z",
    },
  ],
});

try {
  const { outcome, sources } = await daybook.run();
  for (const { fetched } of sources) console.log(`${fetched.files} files fetched`);
  console.log(`outcome: ${outcome}`);
} finally {
  await daybook.close();
}
