import { isDaybookError } from "@daybook/core";
import { expect, test } from "vitest";
import { CLOSE, INIT, OPEN, READ, READDIR } from "./support/against.js";
import type { Asked } from "./support/files-server.js";
import { filesServer } from "./support/files-server.js";
import { bytesOf, pattern } from "./support/place.js";

// Replies that are broken at random. SFTP_FUZZ_SECONDS=600 goes on for ten minutes, SFTP_FUZZ_SEED=… begins elsewhere: the
// seed of a round that failed is in the failure's words, and SFTP_FUZZ_ROUNDS=1 runs that round alone.

const seconds = Number(process.env.SFTP_FUZZ_SECONDS ?? 4);
const most = Number(process.env.SFTP_FUZZ_ROUNDS ?? Infinity);
const first = Number(process.env.SFTP_FUZZ_SEED ?? 1);
/** What costs a good file nothing but another try. */
const OF_THE_LINE = new Set(["network", "timeout", "busy"]);
/** Something is given up after so many tries, and not before so many ms: a busy machine needs more of them. */
const PATIENCE = { tries: 60, ms: 40_000 };

/** Whether there is patience left, asked before each try. */
function patience(): () => boolean {
  const end = Date.now() + PATIENCE.ms;
  let tries = 0;
  return () => tries++ < PATIENCE.tries || Date.now() < end;
}

/** Numbers from 0 to below 1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A reply, broken in one way; content that was asked for is never replaced by other content. */
function broken(good: Buffer, asked: Asked, random: () => number): Buffer | undefined {
  const below = (end: number) => Math.floor(random() * end);
  const odd = () => [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000, below(2 ** 32)][below(7)]!;
  const copy = Buffer.from(good);
  // What comes before content: the length, type and id of the reply, and the next two fields.
  const head = Math.min(copy.length, asked.type === READ ? 13 : 60);
  switch (below(9)) {
    case 0:
      return copy.subarray(0, below(copy.length));
    case 1:
      return Buffer.concat([copy, copy.subarray(0, 9 + below(20))]);
    case 2:
      return Buffer.concat([copy, copy]);
    case 3:
      copy[4] = [101, 102, 103, 104, 105, 2, below(256)][below(7)]!;
      return copy;
    case 4:
      // An id that isn't anybody's.
      copy.writeUInt32BE(0x40000000 + below(1000), 5);
      return copy;
    case 5:
      copy.writeUInt32BE(odd(), 0);
      return copy;
    case 6:
      if (copy.length >= 13) copy.writeUInt32BE(odd(), 9);
      return copy;
    case 7: {
      const at = 9 + below(Math.max(1, head - 9));
      if (at < copy.length) copy[at] = below(256);
      return copy;
    }
    default:
      return below(8) === 0 ? undefined : Buffer.alloc(1 + below(64), below(256));
  }
}

async function round(seed: number): Promise<void> {
  const random = randomOf(seed);
  const below = (end: number) => Math.floor(random() * end);
  const files = new Map<string, Buffer>(
    Array.from({ length: 12 }, (_, i) => [`f${i}`, pattern(1 + below(90_000))]),
  );
  const bad = new Set([...files.keys()].filter(() => random() < 0.2));
  let listings = below(4);
  const { transport } = await filesServer({
    files,
    transport: { timeout: 1000, connections: 1 + below(2), pipelining: random() < 0.8 },
    limits: random() < 0.5 ? [0, [0, 1, 40_000, 261_120][below(4)]!] : undefined,
    reply: (asked, good) => {
      const { type, path } = asked;
      if (type === INIT || type === CLOSE) return good;
      if (type === READDIR && listings > 0) return (listings--, broken(good, asked, random));
      const isBad = (type === OPEN || type === READ) && bad.has(path.slice("/d/".length));
      return isBad && random() < 0.7 ? broken(good, asked, random) : good;
    },
  });
  const tell = (what: string) => `seed ${seed}: ${what}`;

  let listed: string[] | undefined;
  for (const patient = patience(); listed === undefined && patient();) {
    await transport.list("/d").then(
      ({ entries, complete, unreadable = [] }) => {
        // One that is complete holds every file, or shows the lines that it could not read; what it makes up is no file.
        const names = new Set(entries.map(({ name }) => name));
        const missing = [...files.keys()].filter((name) => !names.has(name));
        if (missing.length === 0) listed = [...names];
        const strange = [...names].some((name) => !files.has(name));
        const silent = missing.length > 0 && complete && unreadable.length === 0 && !strange;
        expect(silent, tell(`a listing lost ${missing.join(", ")}`)).toBe(false);
      },
      (error: unknown) => expect(isDaybookError(error), tell(String(error))).toBe(true),
    );
  }
  expect(listed, tell("the directory was never listed")).toBeDefined();

  const left = new Map(files);
  for (const patient = patience(); [...left.keys()].some((name) => !bad.has(name)) && patient();) {
    await Promise.all(
      [...left].map(async ([name, bytes]) => {
        try {
          const read = await bytesOf(await transport.read(`/d/${name}`, { size: bytes.length }));
          expect(read.equals(bytes), tell(`${name} came out wrong`)).toBe(true);
          left.delete(name);
        } catch (error) {
          if (!isDaybookError(error)) throw error;
          // A broken reply may bear the number of another request, which fits no better there.
          const misled = error.kind === "protocol" && error.detail.includes("it has the type");
          if (!bad.has(name) && !misled)
            expect(OF_THE_LINE, tell(`${name}: ${error.message}`)).toContain(error.kind);
        }
      }),
    );
  }
  expect(
    [...left.keys()].filter((name) => !bad.has(name)),
    tell("good files didn't come"),
  ).toEqual([]);
  await transport.close();
}

test(
  "broken replies cost nobody else a file, and never give a wrong one",
  { timeout: (seconds + 120) * 1000 },
  async () => {
    const end = Date.now() + seconds * 1000;
    let seed = first;
    // A few at once: most of the time is spent waiting for what never comes.
    const next = async () => {
      while (Date.now() < end && seed < first + most) await round(seed++);
    };
    await Promise.all([next(), next(), next(), next()]);
    console.log(`${seed - first} rounds of broken SFTP replies, seeds ${first} to ${seed - 1}`);
    expect(process.memoryUsage().rss).toBeLessThan(1024 * 1024 * 1024);
  },
);
