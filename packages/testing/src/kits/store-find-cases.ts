import assert from "node:assert/strict";
import type { FileQuery, FileRecord, StateStore } from "@daybook/core";
import type { StoreCase } from "./store-fixture.js";
import {
  aFile,
  all,
  always,
  aVisit,
  fileOf,
  hour,
  same,
  slotPath,
  SOURCE,
  storedFile,
} from "./store-fixture.js";

const namesOf = async (store: StateStore, query: FileQuery): Promise<string[]> =>
  (await all(store.find(query))).map((file) => file.path.slice(slotPath(0).length + 1));

/** Three in hour 0, one in hour 1, one without a time, one of another source. */
async function fewFiles(store: StateStore): Promise<void> {
  await store.record([
    aVisit(0),
    aVisit(1),
    aVisit(0, { source: "other" }),
    aFile(fileOf("c", { observedAt: hour(0) })),
    aFile(storedFile("b", { observedAt: hour(0.5) })),
    aFile(fileOf("a", { observedAt: hour(0.5), status: "quarantined" })),
    aFile(storedFile("d", { observedAt: hour(1), slot: slotPath(1) })),
    aFile(fileOf("0", { observedAt: undefined, status: "gone" })),
    aFile(storedFile("e", { observedAt: hour(0), source: "other" })),
  ]);
}

export const storeFindCases: StoreCase[] = [
  {
    name: "find() goes by source, then time, then path; files without a time come last",
    async run({ store }) {
      await fewFiles(store);
      same(await namesOf(store, {}), ["e", "c", "a", "b", "d", "0"]);
      same(await namesOf(store, { source: SOURCE }), ["c", "a", "b", "d", "0"]);
      same(await namesOf(store, { source: "other" }), ["e"]);
      same(await namesOf(store, { source: "nobody" }), []);
      const [first] = await all(store.find({}));
      same(first, storedFile("e", { observedAt: hour(0), source: "other" }));
    },
  },
  {
    name: "files of one instant go by their whole path, letter by letter, whatever their directories",
    async run({ store }) {
      const names = [
        "B",
        "Z/z",
        "a",
        "a-/x",
        "a.x",
        "a/0",
        "a/b/c",
        "a/b/c/d",
        "a/b0",
        "a/c",
        "a0/x",
        "b",
        "é",
      ];
      const shuffled = names.map((_, i) => names[(i * 5) % names.length]!);
      await store.record([aVisit(0), ...shuffled.map((name) => aFile(storedFile(name)))]);
      same(await namesOf(store, {}), names);
      same(await namesOf(store, { slot: slotPath(0) }), names);
    },
  },
  {
    name: "find() by status gives the files in one of them",
    async run({ store }) {
      await fewFiles(store);
      same(await namesOf(store, { status: ["stored"] }), ["e", "b", "d"]);
      same(await namesOf(store, { status: ["pending", "gone"] }), ["c", "0"]);
      same(await namesOf(store, { status: ["quarantined", "stored"], source: SOURCE }), ["a", "b", "d"]);
      same(await namesOf(store, { status: [] }), []);
      await store.record([aFile(fileOf("c", { status: "expired", observedAt: hour(0) }))]);
      same(await namesOf(store, { status: ["expired"] }), ["c"]);
      same(await namesOf(store, { status: ["expired", "gone"], slot: slotPath(0) }), ["c", "0"]);
      same(await namesOf(store, { status: ["pending", "gone"] }), ["0"]);
    },
  },
  {
    name: "find() by range is half-open on the time observed, and leaves out files without one",
    async run({ store }) {
      await fewFiles(store);
      same(await namesOf(store, { source: SOURCE, range: { start: hour(0), end: hour(1) } }), [
        "c",
        "a",
        "b",
      ]);
      same(await namesOf(store, { range: { start: hour(0.5) } }), ["a", "b", "d"]);
      same(await namesOf(store, { range: always }), ["e", "c", "a", "b", "d"]);
      same(await namesOf(store, { range: { start: hour(2) } }), []);
    },
  },
  {
    name: "find() by slot gives that slot's files, with every other condition on top",
    async run({ store }) {
      await fewFiles(store);
      same(await namesOf(store, { slot: slotPath(0), source: SOURCE }), ["c", "a", "b", "0"]);
      same(await namesOf(store, { slot: slotPath(0) }), ["e", "c", "a", "b", "0"]);
      same(await namesOf(store, { slot: slotPath(0), status: ["stored"], range: { start: hour(0.5) } }), [
        "b",
      ]);
      same(await namesOf(store, { slot: "/unknown" }), []);
    },
  },
  {
    name: "find() gives no more than its limit, the first ones",
    async run({ store }) {
      await fewFiles(store);
      same(await namesOf(store, { limit: 3 }), ["e", "c", "a"]);
      same(await namesOf(store, { limit: 1, source: SOURCE, slot: slotPath(0) }), ["c"]);
      same(await namesOf(store, { limit: 0 }), []);
      same((await namesOf(store, { limit: 100 })).length, 6);
    },
  },
  {
    name: "thousands of files of one instant, or of none, come in order and once each",
    async run({ store }) {
      // Directories inside one another, and between files, so that order by directory isn't order by path.
      const name = (i: number) =>
        `${["a/", "a/b/", "a-/"][i % 16] ?? ""}b${String((i * 11) % 2_600).padStart(5, "0")}`;
      const files = Array.from({ length: 2_600 }, (_, i) =>
        storedFile(name(i), { observedAt: i < 1_300 ? hour(0.5) : undefined, size: i }),
      );
      await store.record([aVisit(0), ...files.map(aFile)]);
      const ordered = [files.slice(0, 1_300), files.slice(1_300)].flatMap((half) => half.sort(byPath));
      for (const query of [{}, { slot: slotPath(0) }, { status: ["stored"] as const }])
        same(
          (await all(store.find(query))).map((file) => file.path),
          ordered.map((file) => file.path),
        );
      same((await all(store.find({ limit: 2_000 }))).length, 2_000);
    },
  },
  {
    name: "while files are recorded, find() misses and repeats none of those that stay as they are",
    async run({ store }) {
      const files = Array.from({ length: 2_200 }, (_, i) =>
        fileOf(`f${String(i).padStart(5, "0")}`, { observedAt: hour(i / 4_000) }),
      );
      await store.record([aVisit(0), ...files.map(aFile)]);
      const seen: string[] = [];
      for await (const file of store.find({ status: ["pending"], source: SOURCE })) {
        seen.push(file.path);
        if (seen.length % 200 === 1)
          await store.record([aFile({ ...file, status: "stored" }), aFile(fileOf(`new-${seen.length}`))]);
      }
      const old = seen.filter((path) => !path.includes("new-"));
      same(old, files.map((file) => file.path).sort());
      assert.equal(new Set(seen).size, seen.length);
    },
  },
  {
    name: "a reader may stop in the middle, and the ledger goes on",
    async run({ store }) {
      await store.record([aVisit(0), ...Array.from({ length: 1_500 }, (_, i) => aFile(fileOf(`f${i}`)))]);
      for await (const file of store.find({})) {
        await store.record([aFile({ ...file, status: "gone" })]);
        break;
      }
      for await (const slot of store.slots(SOURCE, always)) {
        same(slot.files.gone, 1);
        break;
      }
      same((await store.summarize({})).files.gone, 1);
    },
  },
];

const byPath = (a: FileRecord, b: FileRecord): number => (a.path < b.path ? -1 : 1);
