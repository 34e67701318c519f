import assert from "node:assert/strict";
import type { TransportCase, TransportTraits } from "./transport-fixture.js";
import { at, bytesOf, fails, listed, readAll, sameBytes } from "./transport-fixture.js";

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
];
