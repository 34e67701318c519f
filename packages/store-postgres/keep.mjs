import { writeFileSync } from "node:fs"; import pg from "pg"; import { PostgresStore } from "@daybook/store-postgres"; import { startServer } from "./test/support/embedded-server.mjs"; import { fillLedger } from "./tools/ledger-of.mjs";
const server = await startServer({ durable: true }); writeFileSync("/tmp/b/pgurl", server.url());
const store = new PostgresStore({ connectionString: server.url(), schema: "daybook" }); await store.open();
const pool = new pg.Pool({ connectionString: server.url(), max: 1 }); const t = Date.now(); await fillLedger(pool, "daybook", 10_000_000); await pool.query("analyze"); console.log("filled", Date.now() - t);
setInterval(() => {}, 1e6);
