// Bring home all files of one radar between two instants, and say what is missing. Run it again: nothing is fetched twice.

import { bufrInspector, createDaybook, localDestination, radarLayout } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { home, server } from "./place.js";

const daybook = createDaybook({
  plugins: [
    sqliteStore({ path: `${home}/state.db` }), // the ledger
    localDestination({ path: `${home}/downloads` }),
    bufrInspector(), // refuses files that aren't whole BUFR messages
  ],
  sources: [
    {
      name: "RMA1",
      plugins: [ftpTransport(server)],
      layout: radarLayout("RMA1"), // /L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T04:00:00Z", // not itself in the range
    },
  ],
});

try {
  // Ends by itself once every hour was listed whole after it closed and has no file left to fetch.
  const { outcome, sources } = await daybook.run();
  for (const { fetched } of sources) console.log(`${fetched.files} files fetched, ${fetched.bytes} bytes`);
  console.log(`outcome: ${outcome}`);
  for await (const gap of daybook.gaps()) console.log(`gap: ${gap.start.toISOString()} ${gap.kind}`);
} finally {
  await daybook.close();
}
