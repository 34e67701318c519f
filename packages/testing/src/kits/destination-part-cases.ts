import assert from "node:assert/strict";
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
  textOf,
} from "./destination-fixture.js";

const WHAT = deliveryOf("2025/a");

async function leavePart(destination: Destination): Promise<void> {
  await destination.open();
  await (await begin(destination, WHAT, "hel")).abort({ keep: true });
}

async function keptOf(destination: Destination, fields: Parameters<typeof deliveryOf>[1]): Promise<number> {
  const incoming = await destination.begin(deliveryOf("2025/a", fields));
  await incoming.abort({ keep: true });
  return incoming.kept;
}

const keptCases: DestinationCase[] = [
  {
    name: "bytes kept of an attempt are there for the next one, and the rest makes the file whole",
    async run({ destination }) {
      await leavePart(destination);
      const incoming = await destination.begin(WHAT);
      assert.equal(incoming.kept, 3);
      assert.equal(await textOf(incoming.readKept()), "hel");
      await incoming.write(bytes("lo"));
      const done = await incoming.commit({ replace: false });
      assertSize(done, 5);
      assert.equal(await contentOf(destination, done.location), "hello");
    },
  },
  {
    name: "bytes kept outlive the program, whether it closed the destination or not",
    async run({ destination, again }) {
      await leavePart(destination);
      const second = await again();
      await second.open();
      assert.equal(await keptOf(second, {}), 3);
      await second.close();
      const third = await again();
      await third.open();
      const incoming = await third.begin(WHAT);
      assert.equal(await textOf(incoming.readKept()), "hel");
      await incoming.write(bytes("lo"));
      const { location } = await incoming.commit({ replace: false });
      assert.equal(await contentOf(third, location), "hello");
      await third.close();
    },
  },
  {
    name: "bytes kept of a version with another mtime are forgotten",
    async run({ destination }) {
      await leavePart(destination);
      assert.equal(await keptOf(destination, { modifiedAt: new Date("2025-01-02T00:00:00Z") }), 0);
    },
  },
  {
    name: "bytes kept of a version with another size are forgotten",
    async run({ destination }) {
      await leavePart(destination);
      assert.equal(await keptOf(destination, { size: 6 }), 0);
    },
  },
  {
    name: "bytes kept of one source are nothing to another",
    async run({ destination }) {
      await leavePart(destination);
      assert.equal(await keptOf(destination, { source: "RMA2" }), 0);
    },
  },
  {
    name: "nothing is kept of a file that was committed",
    async run({ destination }) {
      await leavePart(destination);
      const incoming = await begin(destination, WHAT, "lo");
      const { location } = await incoming.commit({ replace: false });
      await destination.remove(location);
      assert.equal(await keptOf(destination, {}), 0);
    },
  },
];

const nothingKept: DestinationCase = {
  name: "no bytes are kept of an attempt, as declared",
  async run({ destination }) {
    await leavePart(destination);
    assert.equal(await keptOf(destination, {}), 0);
  },
};

/** What happens to a file before it has its name. */
export const destinationPartCases = ({ keepsParts }: DestinationTraits): DestinationCase[] => [
  ...(keepsParts ? keptCases : [nothingKept]),
  {
    name: "a file that is not committed has no name, however far it is",
    async run({ destination }) {
      await destination.open();
      const incoming = await begin(destination, WHAT, "hello");
      assert.equal(await destination.stat(incoming.location), undefined);
      assert.deepEqual(await listed(destination), []);
      await incoming.abort({ keep: true });
      assert.equal(await destination.stat(incoming.location), undefined);
      assert.deepEqual(await listed(destination), []);
    },
  },
  {
    name: "an attempt given up for good leaves nothing",
    async run({ destination, again }) {
      await destination.open();
      await (await begin(destination, WHAT, "hel")).abort({ keep: false });
      assert.equal(await keptOf(destination, {}), 0);
      await destination.close();
      const second = await again();
      await second.open();
      assert.equal(await keptOf(second, {}), 0);
      assert.deepEqual(await listed(second), []);
      await second.close();
    },
  },
  {
    name: "an attempt that starts over holds only what is written from then on",
    async run({ destination }) {
      await leavePart(destination);
      const incoming = await begin(destination, WHAT, "wrong bytes");
      await incoming.restart();
      assert.equal(incoming.kept, 0);
      await incoming.write(bytes("hello"));
      const done = await incoming.commit({ replace: false });
      assertSize(done, 5);
      assert.equal(await contentOf(destination, done.location), "hello");
    },
  },
  {
    name: "an attempt can be given up twice, and after it was committed",
    async run({ destination }) {
      await destination.open();
      const given = await begin(destination, WHAT, "hel");
      await given.abort({ keep: false });
      await given.abort({ keep: false });
      const incoming = await begin(destination, WHAT, "hello");
      const { location } = await incoming.commit({ replace: false });
      await incoming.abort({ keep: false });
      assert.equal(await contentOf(destination, location), "hello");
    },
  },
  {
    name: "one place is written by one attempt at a time",
    async run({ destination }) {
      await destination.open();
      const first = await begin(destination, WHAT, "hel");
      await fails(() => destination.begin(WHAT), "config", "a second writer");
      await first.write(bytes("lo"));
      const { location } = await first.commit({ replace: false });
      assert.equal(await contentOf(destination, location), "hello");
      await destination.remove(location);
      await bring(destination, WHAT, "again");
    },
  },
  {
    name: "what was committed is there for the next program, and nothing else",
    async run({ destination, again }) {
      await destination.open();
      const location = await bring(destination, WHAT);
      await begin(destination, deliveryOf("2025/b"), "hel");
      const second = await again();
      await second.open();
      assert.deepEqual(await listed(second), [location]);
      assert.equal(await contentOf(second, location), "hello");
      await second.close();
    },
  },
  {
    name: "opening and closing twice is fine, and what ended as it should is not suspect",
    async run({ destination, again }) {
      await Promise.all([destination.open(), destination.open()]);
      await bring(destination, WHAT);
      await destination.close();
      await destination.close();
      const second = await again();
      await second.open();
      assert.equal(second.suspectSince, undefined);
      await second.close();
    },
  },
];
