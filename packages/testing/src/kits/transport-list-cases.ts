import assert from "node:assert/strict";
import type { TransportCase, TransportTraits } from "./transport-fixture.js";
import { DaybookError } from "@daybook/core";
import type { RemoteEntry } from "@daybook/core";
import { at, bytesOf, fails, listed, readAll, sameBytes, stillWorks } from "./transport-fixture.js";

const PLAIN_NAMES = [
  "two words",
  " leading",
  "-dash",
  "100%20",
  "a+b&c=d",
  "#hash?",
  "semi;colon",
  "it's",
  "{x}[1]~",
];
const UNICODE_NAMES = ["naïve", "Ñandú", "радар", "気象", "🌧.BUFR"];
const MS = { millisecond: 1, second: 1_000, minute: 60_000, day: 86_400_000, none: 0 };
/** How far the server's clock may be off ours: less than any time zone. */
const CLOCKS = 10 * 60_000;

const odd = (what: string, names: readonly string[]): TransportCase => ({
  name: `lists and reads names with ${what} as they are`,
  async run(fixture) {
    const files = names.map((name, i) => [name, bytesOf(i + 1)] as const);
    await fixture.seed(Object.fromEntries([...files, ["in a -dir %41/file", bytesOf(3)]]));
    const entries = await listed(fixture);
    assert.deepEqual([...entries.keys()].sort(), [...names, "in a -dir %41"].sort());
    assert.deepEqual([...(await listed(fixture, "in a -dir %41")).keys()], ["file"]);
    for (const [name, bytes] of files)
      sameBytes(await readAll(fixture.transport.read(at(fixture, name))), bytes);
  },
});

const modifiedAt = ({ capabilities }: TransportTraits): TransportCase =>
  capabilities.modifiedAt === "none"
    ? {
        name: "leaves out the time of modification, as it declares",
        async run(fixture) {
          await fixture.seed({ file: bytesOf(1) });
          assert.equal((await listed(fixture)).get("file")?.modifiedAt, undefined);
        },
      }
    : {
        name: `tells when a file was modified, in UTC, to the ${capabilities.modifiedAt}`,
        async run(fixture) {
          const before = Date.now();
          await fixture.seed({ file: bytesOf(1) });
          const time = (await listed(fixture)).get("file")?.modifiedAt;
          assert.ok(time instanceof Date, "modifiedAt must be a Date");
          const off = Math.max(before - time.getTime(), time.getTime() - Date.now());
          assert.ok(off <= MS[capabilities.modifiedAt] + CLOCKS, `modifiedAt is ${off} ms from now`);
        },
      };

export const transportListCases = (traits: TransportTraits): TransportCase[] => [
  {
    name: "lists files and directories, each as what it is",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5), "directory/inside": bytesOf(5) }, ["bare"]);
      const entries = [...(await listed(fixture)).values()].map(({ name, type }) => `${type} ${name}`);
      assert.deepEqual(entries.sort(), ["directory bare", "directory directory", "file file"]);
    },
  },
  {
    name: "lists the size of a file, which is as many bytes as are read",
    async run(fixture) {
      await fixture.seed({ none: bytesOf(0), one: bytesOf(1), many: bytesOf(77_692) });
      const entries = await listed(fixture);
      for (const [name, size] of [
        ["none", 0],
        ["one", 1],
        ["many", 77_692],
      ] as const) {
        assert.equal(entries.get(name)?.size, size);
        assert.equal((await readAll(fixture.transport.read(at(fixture, name)))).length, size);
      }
    },
  },
  modifiedAt(traits),
  {
    name: "lists an empty directory as empty and complete",
    async run(fixture) {
      await fixture.seed({}, ["empty"]);
      assert.equal((await listed(fixture, "empty")).size, 0);
      assert.equal((await listed(fixture)).size, 1);
    },
  },
  {
    name: "says not-found of a missing directory, never an empty listing",
    async run(fixture) {
      await fixture.seed({ "there/file": bytesOf(1) });
      await fails(fixture.transport.list(at(fixture, "missing")), "not-found");
      await fails(fixture.transport.list(at(fixture, "there/missing")), "not-found");
      await fails(fixture.transport.list(at(fixture, "missing/and/below")), "not-found");
    },
  },
  {
    name: "says not-found of several missing directories asked for at once, before all else",
    async run(fixture) {
      const calls = Array.from({ length: fixture.transport.capabilities.parallelism }, (_, i) =>
        fails(fixture.transport.list(at(fixture, `missing-${i}`)), "not-found"),
      );
      await Promise.all(calls);
    },
  },
  {
    name: "says not-found when a file is to be listed",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(1) });
      await fails(fixture.transport.list(at(fixture, "file")), "not-found");
    },
  },
  {
    name: "lists and reads far down in the tree",
    async run(fixture) {
      const deep = Array.from({ length: 16 }, (_, i) => `level-${i}`).join("/");
      await fixture.seed({ [`${deep}/file`]: bytesOf(3) });
      assert.deepEqual([...(await listed(fixture, deep)).keys()], ["file"]);
      sameBytes(await readAll(fixture.transport.read(at(fixture, `${deep}/file`))), bytesOf(3));
    },
  },
  {
    name: "lists a thousand entries",
    async run(fixture) {
      const names = Array.from({ length: 1000 }, (_, i) => `file-${i}`);
      await fixture.seed(Object.fromEntries(names.map((name) => [`many/${name}`, bytesOf(2)])));
      const entries = await listed(fixture, "many");
      assert.deepEqual([...entries.keys()].sort(), names.sort());
      for (const { type, size } of entries.values()) assert.deepEqual([type, size], ["file", 2]);
    },
  },
  {
    name: "lists hidden files, and neither '.' nor '..'",
    async run(fixture) {
      await fixture.seed({ "d/.hidden": bytesOf(1), "d/..twice": bytesOf(1) });
      assert.deepEqual([...(await listed(fixture, "d")).keys()].sort(), ["..twice", ".hidden"]);
    },
  },
  odd("spaces and signs", PLAIN_NAMES),
  ...(traits.unicodeNames === false ? [] : [odd("letters of all scripts", UNICODE_NAMES)]),
  {
    name: "lists what was added since the last time",
    async run(fixture) {
      await fixture.seed({ "d/first": bytesOf(1) });
      assert.equal((await listed(fixture, "d")).size, 1);
      await fixture.seed({ "d/second": bytesOf(1) });
      assert.equal((await listed(fixture, "d")).size, 2);
    },
  },
  {
    name: "hands a long listing over in batches of a thousand at most, one at a time, or returns all of it",
    async run(fixture) {
      const names = Array.from({ length: 2_345 }, (_, i) => `file-${i}`);
      await fixture.seed(Object.fromEntries(names.map((name) => [`many/${name}`, bytesOf(1)])));
      const found = new Set<string>();
      let [taking, overlapped, largest] = [false, false, 0];
      const take = async (entries: readonly RemoteEntry[]) => {
        overlapped ||= taking;
        largest = Math.max(largest, entries.length);
        taking = true;
        for (const { name } of entries) found.add(name);
        await new Promise((resolve) => setImmediate(resolve));
        taking = false;
      };
      const { entries, complete } = await fixture.transport.list(at(fixture, "many"), { take });
      assert.equal(overlapped, false, "nothing may be handed over while what came before is being taken");
      assert.equal(taking, false, "a listing isn't over while its entries are being taken");
      assert.ok(largest <= 1000, `a batch of ${largest} entries`);
      assert.equal(complete, true);
      if (found.size > 0) assert.ok(entries.length <= 1000, `${entries.length} entries were not handed over`);
      for (const { name } of entries) found.add(name);
      assert.deepEqual([...found].sort(), names.sort());
    },
  },
  {
    name: "fails as who takes its entries does, and goes on working",
    async run(fixture) {
      const names = Array.from({ length: 1_500 }, (_, i) => `many/file-${i}`);
      await fixture.seed(Object.fromEntries(names.map((name) => [name, bytesOf(1)])));
      for (let i = 0; i < traits.capabilities.parallelism + 1; i++) {
        let taken = false;
        const take = async () => {
          taken = true;
          throw new DaybookError("store", "made up: the ledger is gone");
        };
        const listing = fixture.transport.list(at(fixture, "many"), { take });
        if ((await listing.catch(() => undefined)) === undefined) await fails(listing, "store");
        else assert.equal(taken, false, "a listing can't succeed whose entries could not be taken");
      }
      await stillWorks(fixture);
    },
  },
];
