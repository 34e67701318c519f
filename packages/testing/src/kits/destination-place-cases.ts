import assert from "node:assert/strict";
import { isDaybookError, unsafeName } from "@daybook/core";
import type { Destination } from "@daybook/core";
import type { DestinationCase, DestinationTraits } from "./destination-fixture.js";
import {
  assertSize,
  begin,
  bring,
  bytes,
  contentOf,
  deliveryOf,
  fails,
  listed,
} from "./destination-fixture.js";

const HOSTILE_NAMES: readonly [string, string][] = [
  ["a backslash", "2025/..\\evil"],
  ["a line break", "a\nb"],
  ["NUL", "a\0b"],
  ["an escape", "a\u001b[2Jb"],
  ["a drive letter", "C:evil"],
  ["a name of 256 bytes", "ä".repeat(128)],
  ["a lone surrogate", "\ud800"],
  ["a climb for a name", "2025/.."],
];
const HOSTILE_FOLDERS = [
  "../../evil",
  "2025/../../../evil",
  "2025/./evil",
  "2025//evil",
  "a\nb/evil",
  "..\\x/evil",
];

/** Undefined: refused. */
function placeOf(destination: Destination, name: string): string | undefined {
  try {
    return destination.locate(deliveryOf(name));
  } catch (error) {
    if (isDaybookError(error, "config")) return undefined;
    throw error;
  }
}

/** Where files land, and under which names. */
export const destinationPlaceCases = ({ knowsOrigins }: DestinationTraits): DestinationCase[] => [
  {
    name: "a committed file is at the place that was named for it, with its bytes, size and mtime",
    async run({ destination }) {
      await destination.open();
      const what = deliveryOf("2025/01/a.BUFR");
      const location = destination.locate(what);
      assert.deepEqual(await listed(destination), [], "naming a place must not touch it");
      const incoming = await begin(destination, { ...what, location }, "hello");
      assert.equal(incoming.location, location);
      const done = await incoming.commit({ replace: false });
      assert.deepEqual([done.location, done.encoding], [location, destination.encodingOf(location)]);
      assertSize(done, 5);
      assert.deepEqual(await destination.stat(location), { size: done.size, modifiedAt: what.modifiedAt });
      assert.equal(await contentOf(destination, location), "hello");
      assert.deepEqual(await listed(destination), [location]);
    },
  },
  {
    name: "places are relative, and differ by source, by remote path and by the version that is kept",
    async run({ destination }) {
      const places = [
        destination.locate(deliveryOf("2025/a")),
        destination.locate(deliveryOf("2025/b")),
        destination.locate(deliveryOf("2025/a", { keepAs: 2 })),
        destination.locate(deliveryOf("2025/a", { keepAs: 3 })),
        destination.locate(deliveryOf("2025/a", { source: "RMA2" })),
      ];
      assert.equal(new Set(places).size, places.length, `two files share a place: ${places.join(", ")}`);
      for (const place of places) assert.doesNotMatch(place, /^\/|\\|^[A-Za-z]:/);
      assert.equal(destination.locate(deliveryOf("2025/a")), places[0], "a place must stay the same");
    },
  },
  {
    name: "names that can't be kept safely are refused, and nothing is written for them",
    async run({ destination }) {
      await destination.open();
      for (const [what, name] of HOSTILE_NAMES) {
        await fails(() => destination.locate(deliveryOf(name)), "config", what);
        await fails(() => destination.begin(deliveryOf(name)), "config", what);
      }
      assert.deepEqual(await listed(destination), []);
    },
  },
  {
    name: "folders that can't be kept safely are refused or left out of the place",
    async run({ destination }) {
      for (const name of HOSTILE_FOLDERS) {
        const place = placeOf(destination, name);
        const unsafe = place?.split("/").find((segment) => unsafeName(segment) !== undefined);
        assert.equal(unsafe, undefined, `${JSON.stringify(name)} would land at ${JSON.stringify(place)}`);
      }
    },
  },
  knowsOrigins
    ? {
        name: "the remote path can be read back from a place, and a place of another source is not taken for its own",
        async run({ destination }) {
          const what = deliveryOf("2025/01/a.BUFR");
          assert.equal(destination.origin(destination.locate(what), "RMA1", what.root), what.path);
          assert.equal(destination.origin(destination.locate(what), "RMA2", what.root), undefined);
        },
      }
    : {
        name: "no remote path is made up for a place, since none can be read back from it, as declared",
        async run({ destination }) {
          const what = deliveryOf("2025/01/a.BUFR");
          assert.equal(destination.origin(destination.locate(what), "RMA1", what.root), undefined);
        },
      },
  {
    name: "nothing is known of a place where nothing is, and removing it is fine",
    async run({ destination }) {
      await destination.open();
      const location = await bring(destination, deliveryOf("2025/a"));
      assert.equal(await destination.stat(destination.locate(deliveryOf("2025/b"))), undefined);
      assert.equal(await destination.stat(destination.locate(deliveryOf("2024/b"))), undefined);
      assert.equal(await destination.stat(destination.locate(deliveryOf("2025/a/b"))), undefined);
      await destination.remove(destination.locate(deliveryOf("2025/b")));
      assert.deepEqual(await listed(destination), [location]);
    },
  },
  {
    name: "a removed file is gone, and its name is free",
    async run({ destination }) {
      await destination.open();
      const location = await bring(destination, deliveryOf("2025/a"));
      const other = await bring(destination, deliveryOf("2025/b"), "other");
      await destination.remove(location);
      assert.equal(await destination.stat(location), undefined);
      assert.deepEqual(await listed(destination), [other]);
      await bring(destination, deliveryOf("2025/a"), "again");
      assert.equal(await contentOf(destination, location), "again");
    },
  },
  {
    name: "a discarded file is gone for good, and its name is free",
    async run({ destination }) {
      await destination.open();
      const location = await bring(destination, deliveryOf("2025/01/a"));
      const other = await bring(destination, deliveryOf("2025/02/b"), "other");
      assert.deepEqual([...(await destination.discard([location, location]))], []);
      assert.equal(await destination.stat(location), undefined);
      assert.deepEqual(await listed(destination), [other]);
      await bring(destination, deliveryOf("2025/01/a"), "again");
      assert.equal(await contentOf(destination, location), "again");
    },
  },
  {
    name: "a dry run discards nothing, and what isn't there is discarded already",
    async run({ destination }) {
      await destination.open();
      const location = await bring(destination, deliveryOf("2025/a"));
      const nowhere = destination.locate(deliveryOf("2024/b"));
      assert.deepEqual([...(await destination.discard([location, nowhere], { dryRun: true }))], []);
      assert.deepEqual(await listed(destination), [location]);
      assert.deepEqual([...(await destination.discard([nowhere]))], []);
      assert.deepEqual([...(await destination.discard([]))], []);
    },
  },
  {
    name: "places that can be no file's are not discarded, and it is said why",
    async run({ destination }) {
      await destination.open();
      await bring(destination, deliveryOf("2025/a"));
      const wrong = ["../evil", "a/../../evil", "", "/", ".", "a//b", "a\0b"];
      const left = await destination.discard(wrong);
      assert.deepEqual([...left.keys()], wrong);
      for (const why of left.values()) assert.ok(why.length > 0, "there must be a reason");
      assert.equal((await listed(destination)).length, 1);
    },
  },
  {
    name: "a taken name is refused, the file there stays, and the bytes are kept from being lost",
    async run({ destination }) {
      await destination.open();
      const location = await bring(destination, deliveryOf("2025/a"), "first");
      const second = deliveryOf("2025/a", { modifiedAt: new Date("2025-01-02T00:00:00Z") });
      const incoming = await begin(destination, second, "later");
      await fails(() => incoming.commit({ replace: false }), "config");
      assert.equal(await contentOf(destination, location), "first");
      await incoming.abort({ keep: true });
      assert.deepEqual(await listed(destination), [location]);
    },
  },
  {
    name: "a file takes the place of another only when told to replace it",
    async run({ destination }) {
      await destination.open();
      const location = await bring(destination, deliveryOf("2025/a"), "first");
      const modifiedAt = new Date("2025-01-02T00:00:00Z");
      const newer = deliveryOf("2025/a", { modifiedAt, size: 6 });
      const done = await (await begin(destination, newer, "second")).commit({ replace: true });
      assertSize(done, 6);
      assert.equal(await contentOf(destination, location), "second");
      assert.deepEqual(await destination.stat(location), { size: done.size, modifiedAt });
      assert.deepEqual(await listed(destination), [location]);
    },
  },
  {
    name: "files without bytes, size or mtime are files too",
    async run({ destination }) {
      await destination.open();
      const empty = await destination.begin(deliveryOf("empty", { size: 0 }));
      const nothing = await empty.commit({ replace: false });
      assert.equal(nothing.location, empty.location);
      assertSize(nothing, 0);
      const unknown = deliveryOf("unknown", { size: undefined, modifiedAt: undefined });
      const incoming = await begin(destination, unknown, "some bytes");
      const some = await incoming.commit({ replace: false });
      assertSize(some, 10);
      assert.equal(await contentOf(destination, some.location), "some bytes");
      assert.equal((await destination.stat(some.location))?.size, some.size);
      assert.equal((await destination.stat(empty.location))?.size, nothing.size);
    },
  },
  {
    name: "many files at once are each whole and at their own place",
    async run({ destination }) {
      await destination.open();
      const names = Array.from({ length: 20 }, (_, i) => `2025/${i % 3}/${i}`);
      const brought = names.map((name) => bring(destination, deliveryOf(name, { size: undefined }), name));
      const locations = await Promise.all(brought);
      for (const [i, name] of names.entries())
        assert.equal(await contentOf(destination, locations[i]!), name);
      assert.deepEqual(await listed(destination), locations.sort());
    },
  },
  {
    name: "chunks of all sizes arrive in their order, and may be reused once they were taken",
    async run({ destination }) {
      await destination.open();
      const sizes = [1, 200_000, 100_000, 300_000, 5, 262_144, 0, 700_000];
      const incoming = await destination.begin(deliveryOf("big", { size: undefined }));
      const expected: string[] = [];
      for (const [i, size] of sizes.entries()) {
        const chunk = bytes(String.fromCharCode(97 + i).repeat(size));
        expected.push(Buffer.from(chunk).toString("latin1"));
        await incoming.write(chunk);
        chunk.fill(255);
      }
      const done = await incoming.commit({ replace: false });
      const { location } = done;
      assertSize(
        done,
        sizes.reduce((sum, one) => sum + one),
      );
      assert.ok((await contentOf(destination, location)) === expected.join(""), "bytes are mixed up");
    },
  },
];
