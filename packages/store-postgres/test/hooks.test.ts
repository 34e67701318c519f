import { createDaybook, flat, localDestination, StateStoreToken } from "@daybook/core";
import type { Hook, HookTarget, LedgerChange, OutboxMessage } from "@daybook/core";
import { memoryTransport, RemoteTree } from "@daybook/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { describeWithPostgres } from "./support/postgres.js";

const KEYS = 7;
const MESSAGES = 120;

interface Delivery {
  readonly machine: string;
  readonly key: string;
  readonly number: number;
}

await describeWithPostgres("hooks of several machines on one ledger", (postgres) => {
  test(
    "are delivered by one of them at a time, in order, and by another when that one ends",
    { timeout: 60_000 },
    async () => {
      const schema = postgres.freshSchema();
      const deliveries: Delivery[] = [];
      const underWay = new Set<string>();
      let together = 0;

      const machine = (name: string) => {
        const target: HookTarget = {
          timeout: 1000,
          async deliver({ key, id }: OutboxMessage) {
            if ([...underWay].some((other) => !other.startsWith(name))) together++;
            const mark = `${name} ${id}`;
            underWay.add(mark);
            deliveries.push({ machine: name, key, number: Number(id) });
            await delay(5);
            underWay.delete(mark);
          },
        };
        const hook: Hook = { name: "shared", on: ["slot"], target, concurrency: 4 };
        const folder = mkdtempSync(join(tmpdir(), "daybook-machine-"));
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
        const store = postgres.store({ schema });
        const daybook = createDaybook({
          plugins: [
            { name: "ledger", provides: StateStoreToken, create: () => store },
            localDestination({ path: folder, sync: false }),
          ],
          sources: [
            {
              name,
              plugins: [memoryTransport({ tree: new RemoteTree() })],
              layout: flat("/in", "*"),
              start: "2025-01-01T00:00:00Z",
            },
          ],
          hooks: [hook],
        });
        const stop = new AbortController();
        return { store, stop, run: () => daybook.run({ signal: stop.signal }) };
      };

      const [one, two] = [machine("one"), machine("two")];
      await one.store.open();
      const messages = Array.from({ length: MESSAGES }, (_, i): LedgerChange => {
        const message = {
          hook: "shared",
          id: `${i}`,
          key: `key ${i % KEYS}`,
          at: new Date(),
          body: '{"source":"one"}',
        };
        return { kind: "message", message };
      });
      await one.store.record(messages);
      const running = [one.run(), two.run()];
      await expect.poll(() => deliveries.length, { timeout: 20_000, interval: 2 }).toBeGreaterThan(20);
      const first = deliveries[0]!.machine;
      (first === "one" ? one : two).stop.abort();
      // What is left when it was told to stop is its own to deliver as well: only a new message is surely the other's.
      await running[first === "one" ? 0 : 1];
      const more = {
        hook: "shared",
        id: `${MESSAGES}`,
        key: "key 0",
        at: new Date(),
        body: '{"source":"one"}',
      };
      const other = first === "one" ? two : one;
      await other.store.record([{ kind: "message", message: more }]);
      await expect.poll(() => deliveries.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(MESSAGES + 1);
      other.stop.abort();
      await Promise.all(running);

      expect(together).toBe(0);
      expect(deliveries.at(-1)!.machine).not.toBe(first);
      expect(new Set(deliveries.map(({ number }) => number)).size).toBe(MESSAGES + 1);
      for (let key = 0; key < KEYS; key++) {
        const numbers = deliveries.filter((one) => one.key === `key ${key}`).map(({ number }) => number);
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }
    },
  );
});
