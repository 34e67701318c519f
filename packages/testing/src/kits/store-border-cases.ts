import assert from "node:assert/strict";
import type { FileRecord, LedgerChange, StateStore } from "@daybook/core";
import { isDaybookError } from "@daybook/core";
import type { StoreCase } from "./store-fixture.js";
import {
  aFile,
  all,
  always,
  anEvent,
  aVisit,
  contents,
  eventOf,
  fileOf,
  hour,
  same,
  slotPath,
  SOURCE,
  storedFile,
} from "./store-fixture.js";

const MOST = Number.MAX_SAFE_INTEGER;
const never = new Date(NaN);

async function refuses(
  store: StateStore,
  changes: readonly LedgerChange[],
  about: { path?: string },
): Promise<void> {
  await assert.rejects(store.record(changes), (error) => {
    assert.ok(isDaybookError(error, "store"), `expected kind "store", got: ${String(error)}`);
    same([error.code, error.retry, error.path], ["record-refused", "no", about.path]);
    return true;
  });
}

const bad = (fields: { [K in keyof FileRecord]?: unknown }): LedgerChange =>
  aFile(fileOf("bad", fields as Partial<FileRecord>));

/** By what is wrong with each. */
const badChanges: Record<string, [change: LedgerChange, path: string]> = {
  "a size of 2^53": [bad({ size: 2 ** 53 }), `${slotPath(0)}/bad`],
  "a size of 2^64": [bad({ size: 2 ** 64 }), `${slotPath(0)}/bad`],
  "a negative size": [bad({ size: -1 }), `${slotPath(0)}/bad`],
  "half a byte": [bad({ size: 0.5 }), `${slotPath(0)}/bad`],
  "no number for a size": [bad({ size: NaN }), `${slotPath(0)}/bad`],
  "an endless size": [bad({ size: Infinity }), `${slotPath(0)}/bad`],
  "a size in words": [bad({ size: "12" }), `${slotPath(0)}/bad`],
  "an impossible size on disk": [bad({ storedSize: 2 ** 60 }), `${slotPath(0)}/bad`],
  "a modification time that isn't there": [bad({ modifiedAt: never }), `${slotPath(0)}/bad`],
  "an observation that isn't there": [bad({ observedAt: never }), `${slotPath(0)}/bad`],
  "a time in words": [bad({ storedAt: "2025-01-01" }), `${slotPath(0)}/bad`],
  "attempts without number": [bad({ attempts: NaN }), `${slotPath(0)}/bad`],
  "more versions than can be": [bad({ version: 2 ** 31 }), `${slotPath(0)}/bad`],
  "a status nobody knows": [bad({ status: "lost" }), `${slotPath(0)}/bad`],
  "NUL in a path": [aFile(fileOf("b\0d")), `${slotPath(0)}/b\0d`],
  "half a character in a path": [aFile(fileOf("b\ud83dd")), `${slotPath(0)}/b\ud83dd`],
  "NUL in a place": [bad({ location: "a\0b" }), `${slotPath(0)}/bad`],
  "half a character in a source": [aVisit(3, { source: "\udfff" }), slotPath(3)],
  "a slot's path that is too long": [aVisit(3, { path: `/${"é".repeat(1_000)}` }), `/${"é".repeat(1_000)}`],
  "a visit at no time": [aVisit(3, { visitedAt: never }), slotPath(3)],
  "a next visit at no time": [aVisit(3, { nextVisitAt: never }), slotPath(3)],
  "an impossible count of names": [aVisit(3, { skipped: { count: 2 ** 31, names: [] } }), slotPath(3)],
  "failures without number": [aVisit(3, { failures: Infinity }), slotPath(3)],
  "due at no time": [{ kind: "due", source: SOURCE, path: slotPath(0), at: never }, slotPath(0)],
  "an event at no time": [anEvent(eventOf({ at: never })), eventOf().path],
  "an event of a path with NUL": [anEvent(eventOf({ path: "/\0" })), "/\0"],
  "a message at no time": [
    { kind: "message", message: { hook: "h", id: "m", key: "k", at: never, body: "{}" } },
    "m",
  ],
  "a note at no time": [{ kind: "note", key: "n", value: "v", at: never }, "n"],
};

export const storeBorderCases: StoreCase[] = [
  {
    name: 'what no ledger can hold rejects with code "record-refused" and its path, and nothing of its call is written',
    async run({ store }) {
      await store.record([aVisit(0), aFile(storedFile("a"))]);
      const before = await contents(store);
      for (const [what, [change, path]] of Object.entries(badChanges)) {
        await refuses(
          store,
          [aVisit(0, { closed: false }), aVisit(1), aFile(fileOf("b")), change, anEvent(eventOf())],
          {
            path,
          },
        ).catch((error: unknown) => assert.fail(`${what}: ${String(error)}`));
        same(await contents(store), before, what);
      }
      same(await store.notes(""), []);
      same(await store.backlog(), new Map());
    },
  },
  {
    name: 'a slot that isn\'t known rejects with code "record-refused" and its path, too',
    async run({ store }) {
      await store.record([aVisit(0)]);
      await refuses(store, [aFile(fileOf("a")), aFile(fileOf("b", { slot: "/unknown" }))], {
        path: "/unknown",
      });
    },
  },
  {
    name: "the largest sizes and the first and last times come back as recorded",
    async run({ store }) {
      const ends = [new Date(8_640_000_000_000_000), new Date(-8_640_000_000_000_000)] as const;
      const files = ends.map((time, i) =>
        fileOf(`f${i}`, {
          size: MOST - i,
          storedSize: MOST,
          modifiedAt: time,
          observedAt: time,
          nextAttemptAt: time,
        }),
      );
      await store.record([
        aVisit(0, { nextVisitAt: ends[0] }),
        aVisit(1, { nextVisitAt: ends[1] }),
        ...files.map(aFile),
      ]);
      const known = await store.files(
        SOURCE,
        files.map(({ path }) => path),
      );
      same(
        [...known.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
        files,
      );
      same(
        (await all(store.find({ source: SOURCE }))).map(({ path }) => path),
        [files[1]!.path, files[0]!.path],
      );
      same(
        (await all(store.slots(SOURCE, always))).map((slot) => slot.nextVisitAt),
        [...ends],
      );
    },
  },
  {
    name: "sums of sizes that a server made up are told as the most a number can be, and shrink with them",
    async run({ store }) {
      const huge = Array.from({ length: 1_100 }, (_, i) => storedFile(`f${i}`, { size: MOST }));
      await store.record([
        aVisit(0),
        aVisit(1),
        ...huge.map(aFile),
        aFile(storedFile("g", { slot: slotPath(1), size: 7 })),
      ]);
      same(
        (await all(store.slots(SOURCE, always))).map((slot) => slot.files.bytes),
        [MOST, 7],
      );
      same(
        [(await store.summarize({})).files.bytes, (await store.summarize({})).files.stored],
        [MOST, 1_101],
      );
      await store.record(huge.slice(0, 3).map((file) => aFile({ ...file, size: 1 })));
      same((await store.summarize({})).files.stored, 1_101);
    },
  },
  {
    name: "words that a server said are kept, however odd they are",
    async run({ store }) {
      const odd = "550 \0 \ud83d \u2028 no";
      const names = { count: 1, names: [odd] };
      await store.record([
        aVisit(0, { reason: odd, skipped: names, unreadable: names, lacking: names, nextVisitAt: hour(9) }),
        aFile(fileOf("a", { reason: odd })),
        anEvent(eventOf({ detail: odd })),
      ]);
      const [slot] = await all(store.slots(SOURCE, always));
      const [event] = await all(store.events(SOURCE, eventOf().path));
      const [file] = await all(store.find({}));
      for (const text of [slot?.reason, slot?.unreadable.names[0], event?.detail, file?.reason])
        assert.match(text ?? "", /^550 .* no$/su);
    },
  },
];
