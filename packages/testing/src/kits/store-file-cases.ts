import type { FileRecord } from "@daybook/core";
import type { StoreCase } from "./store-fixture.js";
import { aFile, aVisit, fileOf, hour, same, slotPath, SOURCE, storedFile } from "./store-fixture.js";

const slot = slotPath(0);

export const storeFileCases: StoreCase[] = [
  {
    name: "files() of no paths is empty, and unknown paths are left out",
    async run({ store }) {
      same((await store.files(SOURCE, [])).size, 0);
      same((await store.files(SOURCE, ["/x"])).size, 0);
      await store.record([aVisit(0), aFile(fileOf("a"))]);
      same((await store.files(SOURCE, [])).size, 0);
      const found = await store.files(SOURCE, [`${slot}/b`, `${slot}/a`, slot, "/", "", "a", `${slot}/a`]);
      same(found, new Map([[`${slot}/a`, fileOf("a")]]));
    },
  },
  {
    name: "files() finds thousands of paths in one call, and a few among thousands",
    async run({ store }) {
      const known = Array.from({ length: 2_500 }, (_, i) => storedFile(`known-${i}`, { size: i }));
      await store.record([aVisit(0), ...known.map(aFile)]);
      const paths = known.flatMap((file, i) => [file.path, `${slot}/unknown-${i}`]);
      const found = await store.files(SOURCE, paths);
      same(found, new Map(known.map((file) => [file.path, file])));
      const few = [known[7]!, known[2_400]!];
      const ofThem = await store.files(SOURCE, [`${slot}/unknown`, ...few.map(({ path }) => path)]);
      same(ofThem, new Map(few.map((file) => [file.path, file])));
    },
  },
  {
    name: "paths are kept to the letter: quotes, wildcards, spaces, case, line breaks, any language, any length",
    async run({ store }) {
      const names = [
        "it's",
        '"q"',
        "a%b",
        "a_b",
        "a b ",
        "new\nline",
        "back\\slash",
        "A",
        "a",
        "é",
        "e\u0301",
      ];
      names.push(
        "雷达",
        "🛰️",
        "\uffee",
        "); DROP TABLE files;--",
        "${x}",
        "-rf",
        "x".repeat(1_500),
        "deep/er/still",
        "null",
      );
      await store.record([aVisit(0), ...names.map((name) => aFile(storedFile(name, { reason: name })))]);
      const paths = names.map((name) => `${slot}/${name}`);
      const found = await store.files(SOURCE, paths);
      for (const name of names) same(found.get(`${slot}/${name}`), storedFile(name, { reason: name }));
      same(found.size, names.length);
      const lookalikes = ["axb", "a%", "%", "_", "ITS", "a b", "É", "b", "deep"].map(
        (name) => `${slot}/${name}`,
      );
      same((await store.files(SOURCE, lookalikes)).size, 0);
    },
  },
  {
    name: "two sources with the same paths don't collide",
    async run({ store }) {
      const ours = storedFile("a");
      const theirs = fileOf("a", { source: "other", size: 999 });
      await store.record([aVisit(0), aVisit(0, { source: "other" }), aFile(ours), aFile(theirs)]);
      same(await store.files(SOURCE, [ours.path]), new Map([[ours.path, ours]]));
      same(await store.files("other", [ours.path]), new Map([[ours.path, theirs]]));
      same((await store.files("nobody", [ours.path])).size, 0);
    },
  },
  {
    name: "every field of a file comes back as recorded, to the millisecond",
    async run({ store }) {
      const odd = (hours: number) => new Date(hour(hours).getTime() + 123);
      const full: FileRecord = {
        ...storedFile("full"),
        observedAt: odd(0.5),
        modifiedAt: odd(1),
        firstSeenAt: odd(2),
        storedAt: odd(3),
        nextAttemptAt: odd(4),
        sha256: "0123456789abcdef".repeat(4),
        size: 0,
        version: 7,
        attempts: 3,
        reason: "the server says:\n“later”",
      };
      const early = { ...fileOf("early"), observedAt: new Date(-1), modifiedAt: new Date(0) };
      await store.record([aVisit(0), aFile(full), aFile(early)]);
      const found = await store.files(SOURCE, [full.path, early.path]);
      same(found.get(full.path), full);
      same(found.get(early.path), early);
    },
  },
  {
    name: "a location is kept to the letter, whether it ends in the file's name or not",
    async run({ store }) {
      const locations = ["radar/a0", "radar/a1", "elsewhere/a2", "a3", "radar/renamed", "radara5", undefined];
      const files = locations.map((location, i) => storedFile(`a${i}`, { location }));
      await store.record([aVisit(0), ...files.map(aFile)]);
      const found = await store.files(
        SOURCE,
        files.map((file) => file.path),
      );
      same(
        files.map((file) => found.get(file.path)?.location ?? "none"),
        locations.map((location) => location ?? "none"),
      );
    },
  },
  {
    name: "how a file is kept on disk, and that it was asked for, is remembered beside what it is",
    async run({ store }) {
      const file = storedFile("a", {
        size: 2 ** 33,
        encoding: "gzip",
        storedSize: 2 ** 32 + 1,
        wantedAt: hour(9),
      });
      await store.record([aVisit(0), aFile(file)]);
      same(await store.files(SOURCE, [file.path]), new Map([[file.path, file]]));
      for await (const found of store.find({ slot })) same(found, file);
    },
  },
  {
    name: "a file recorded again is replaced whole: what the new record leaves out is gone",
    async run({ store }) {
      await store.record([aVisit(0), aFile(storedFile("a", { reason: "slow", nextAttemptAt: hour(3) }))]);
      const bare: FileRecord = {
        source: SOURCE,
        path: `${slot}/a`,
        slot,
        status: "gone",
        firstSeenAt: hour(1),
        version: 0,
        attempts: 0,
      };
      await store.record([aFile(bare)]);
      same(await store.files(SOURCE, [bare.path]), new Map([[bare.path, bare]]));
    },
  },
];
