import { storeCases } from "@daybook/testing";
import { test } from "vitest";
import { describeWithPostgres } from "./support/postgres.js";

await describeWithPostgres("PostgresStore keeps the contract", (postgres) => {
  for (const { name, run } of storeCases({ persistent: true, leaseClock: "database" }))
    test(name, async () => {
      const schema = postgres.freshSchema();
      const store = postgres.store({ schema });
      await store.open();
      await run({
        store,
        async reopen() {
          await store.close();
          await store.open();
          return store;
        },
      });
    });
});
