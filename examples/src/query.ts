// Ask the ledger that date-range.ts has written. No connection is made: all of this is answered from the ledger.

import { createDaybook, localDestination, radarLayout } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { home } from "./place.js";

const daybook = createDaybook({
  plugins: [sqliteStore({ path: `${home}/state.db` }), localDestination({ path: `${home}/downloads` })],
  sources: [
    {
      name: "RMA1",
      plugins: [], // no transport: nothing is crawled
      layout: radarLayout("RMA1"),
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T04:00:00Z",
    },
  ],
});

try {
  for (const { name, expected, summary } of await daybook.status())
    console.log(
      `${name}: ${summary.settled} of ${expected} hours settled, ${summary.files.stored} files stored`,
    );

  for await (const gap of daybook.gaps()) console.log(`gap: ${gap.slot} is ${gap.kind}`);

  // Everything of one field in one hour, as the paths say it.
  const range = { start: new Date("2025-01-01T01:00:00Z"), end: new Date("2025-01-01T02:00:00Z") };
  let last: string | undefined;
  for await (const file of daybook.files({ source: "RMA1", range, attributes: { field: "DBZH" } })) {
    console.log(`${file.observedAt?.toISOString()} ${file.attributes.field} ${file.location}`);
    last = file.path;
  }

  // Why is this file here, or not?
  for (const { story } of last ? await daybook.explain(last) : []) console.log(`story: ${story.join(" ")}`);

  // Is what is on disk still what was fetched? Nothing to say means that it is.
  for await (const { kind, location } of daybook.verify()) console.log(`${location} is ${kind}`);
} finally {
  await daybook.close();
}
