import type { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import type { TransportCase, TransportTraits } from "./transport-fixture.js";
import { at, bytesOf, fails, listed, readAll, sameBytes, stillWorks } from "./transport-fixture.js";

const whole = (what: string, size: number): TransportCase => ({
  name: `reads a file of ${what}`,
  async run(fixture) {
    await fixture.seed({ file: bytesOf(size) });
    sameBytes(await readAll(fixture.transport.read(at(fixture, "file"))), bytesOf(size));
  },
});

const SIZE = 200_000;

const resumeCases: TransportCase[] = [
  {
    name: "reads from any byte to the end",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(SIZE) });
      for (const start of [0, 1, 65_536, SIZE - 1]) {
        const bytes = await readAll(fixture.transport.read(at(fixture, "file"), { start }));
        sameBytes(bytes, bytesOf(SIZE).subarray(start));
      }
    },
  },
  {
    name: "reads nothing from a start at the very end",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(SIZE) });
      for (const size of [undefined, SIZE]) {
        const bytes = await readAll(fixture.transport.read(at(fixture, "file"), { start: SIZE, size }));
        sameBytes(bytes, bytesOf(0));
      }
    },
  },
  {
    name: "says changed, or reads nothing, from a start past the end",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(SIZE) });
      const reading = readAll(fixture.transport.read(at(fixture, "file"), { start: SIZE + 1 }));
      if ((await reading.catch(() => undefined)) === undefined) await fails(reading, "changed");
      else sameBytes(await reading, bytesOf(0));
      await stillWorks(fixture);
    },
  },
];

const noResumeCase: TransportCase = {
  name: "refuses to start in the middle, as it declares",
  async run(fixture) {
    await fixture.seed({ file: bytesOf(SIZE) });
    await fails(fixture.transport.read(at(fixture, "file"), { start: 1 }), "unsupported");
    sameBytes(await readAll(fixture.transport.read(at(fixture, "file"), { start: 0 })), bytesOf(SIZE));
  },
};

export const transportReadCases = ({ capabilities }: TransportTraits): TransportCase[] => [
  whole("no bytes", 0),
  whole("one byte", 1),
  whole("a mebibyte", 1024 * 1024),
  ...(capabilities.resume ? resumeCases : [noResumeCase]),
  {
    name: "reads the same bytes with the size as a hint",
    async run(fixture) {
      for (const size of [0, 10, SIZE]) {
        await fixture.seed({ [`of-${size}`]: bytesOf(size) });
        sameBytes(await readAll(fixture.transport.read(at(fixture, `of-${size}`), { size })), bytesOf(size));
      }
    },
  },
  {
    name: "says not-found of a missing file, and goes on working",
    async run(fixture) {
      await fixture.seed({ "there/file": bytesOf(1) });
      for (let i = 0; i < capabilities.parallelism + 2; i++) {
        await fails(readAll(fixture.transport.read(at(fixture, "there/missing"))), "not-found");
        await fails(readAll(fixture.transport.read(at(fixture, "missing/file"), { size: 5 })), "not-found");
      }
      await stillWorks(fixture);
    },
  },
  {
    name: "refuses to read a directory, and goes on working",
    async run(fixture) {
      await fixture.seed({ "directory/file": bytesOf(1) });
      const reading = readAll(fixture.transport.read(at(fixture, "directory")));
      await fails(reading, "not-found", "permission");
      await stillWorks(fixture);
    },
  },
  {
    name: "reads many more files at once than its parallelism, each with its own bytes",
    async run(fixture) {
      const sizes = Array.from({ length: capabilities.parallelism * 3 + 2 }, (_, i) => 1000 + i * 997);
      await fixture.seed(Object.fromEntries(sizes.map((size) => [`f-${size}`, bytesOf(size)])));
      const reads = sizes.map(async (size) => {
        sameBytes(await readAll(fixture.transport.read(at(fixture, `f-${size}`))), bytesOf(size));
      });
      await Promise.all(reads);
    },
  },
  {
    name: "lists and reads at the same time, successes and failures mixed",
    async run(fixture) {
      await fixture.seed({ "d/a": bytesOf(50_000), "d/b": bytesOf(60_000) }, ["empty"]);
      const { transport } = fixture;
      const rounds = Array.from({ length: capabilities.parallelism + 1 }, () => [
        listed(fixture, "d"),
        readAll(transport.read(at(fixture, "d/a"))).then((bytes) => sameBytes(bytes, bytesOf(50_000))),
        fails(transport.list(at(fixture, "missing")), "not-found"),
        readAll(transport.read(at(fixture, "d/b"))).then((bytes) => sameBytes(bytes, bytesOf(60_000))),
        fails(readAll(transport.read(at(fixture, "d/missing"))), "not-found"),
        listed(fixture, "empty"),
      ]);
      await Promise.all(rounds.flat());
    },
  },
  {
    name: "gives every byte to a reader that is slow",
    async run(fixture) {
      const size = 3 * 1024 * 1024;
      await fixture.seed({ file: bytesOf(size) });
      const stream = await fixture.transport.read(at(fixture, "file"));
      sameBytes(await readSlowly(stream), bytesOf(size));
    },
  },
  {
    name: "gives every byte where little may be read ahead, and more or less as it goes on",
    async run(fixture) {
      const size = 400_000;
      await fixture.seed({ file: bytesOf(size) });
      for (const known of [size, undefined]) {
        let ahead = 1;
        const readAhead = () => (ahead = (ahead * 7) % 50_021);
        const options = { size: known, readAhead };
        sameBytes(await readAll(fixture.transport.read(at(fixture, "file"), options)), bytesOf(size));
        const slow = await fixture.transport.read(at(fixture, "file"), options);
        sameBytes(await readSlowly(slow), bytesOf(size));
      }
    },
  },
];

async function readSlowly(stream: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    for (let i = 0; i < 20; i++) await turn();
  }
  return Buffer.concat(chunks);
}
