// Several radars of one server side by side. They share its connections, and one that is incomplete holds up no other.

import { createDaybook, localDestination, radarLayout, selectBy } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { home, server } from "./place.js";

const radars = ["RMA1", "RMA5", "AR5"];

const daybook = createDaybook({
  plugins: [sqliteStore({ path: `${home}/state.db` }), localDestination({ path: `${home}/downloads` })],
  sources: radars.map((radar) => ({
    name: radar, // also the folder below the destination
    plugins: [ftpTransport({ ...server, connections: 3 })], // 3 in all, since all name the same server
    layout: radarLayout(radar),
    select: selectBy({ field: ["DBZH"] }), // leave it out to take every field
    start: "2025-01-01T00:00:00Z",
    end: "2025-01-01T03:00:00Z",
  })),
});

try {
  const { outcome, sources } = await daybook.run();
  for (const source of sources)
    console.log(`${source.name}: ${source.outcome}, ${source.fetched.files} files fetched`);
  console.log(`outcome: ${outcome}`); // the worst of them
} finally {
  await daybook.close();
}
