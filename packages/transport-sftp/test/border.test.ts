import { HostMemory } from "@daybook/core";
import { expect, test, vi } from "vitest";
import { DATA, NAME, OPEN, READ, READDIR, STAT, STATUS, END } from "./support/against.js";
import type { FilesServerOptions } from "./support/files-server.js";
import { filesServer, nameReply } from "./support/files-server.js";
import { bytesOf, failure, pattern, until } from "./support/place.js";
import { packet } from "./support/raw-server.js";

// What a server may say and how far it reaches: one entry, one request, one file, and no more.

const many = (count: number, bytes = 3000) =>
  new Map(Array.from({ length: count }, (_, i) => [`f${i}`, pattern(bytes + i)] as const));

/** A listing's only reply. */
const listing = (reply: (id: number) => Buffer): FilesServerOptions["reply"] => {
  const listed = new Set<string>();
  return ({ type, id, path }, good) => {
    if (type !== READDIR || listed.has(path)) return type === READDIR ? packet(STATUS, id, ...END) : good;
    listed.add(path);
    return reply(id);
  };
};

const MODE = 0o100644;

test.each([
  ["2^64-1", 0xffffffff, 0xffffffff, "18446744073709551615"],
  ["2^63-1", 0x7fffffff, 0xffffffff, "9223372036854775807"],
  ["2^63", 0x80000000, 0, "9223372036854775808"],
  ["2^53", 0x200000, 0, "9007199254740992"],
])("a size of %s is one entry that can't be read", async (_, high, low, told) => {
  const reply = listing((id) =>
    packet(NAME, id, 2, "bad", "-rw bad", 0x5, high, low, MODE, "good", "-", 0x5, 0, 7, MODE),
  );
  const { transport } = await filesServer({ files: new Map(), reply });
  const { entries, unreadable, complete } = await transport.list("/d");
  expect(complete).toBe(true);
  expect(entries).toEqual([{ name: "good", type: "file", size: 7 }]);
  expect(unreadable).toEqual([expect.stringContaining("bad")]);
  expect(unreadable![0]).toContain(told);
  const careful = await filesServer({
    files: new Map(),
    reply: listing((id) => packet(NAME, id, 1, "bad", "-", 0x5, high, low, MODE)),
  });
  expect(await careful.connect({ pipelining: false }).list("/d")).toMatchObject({
    entries: [],
    unreadable: [expect.stringContaining("bad")],
  });
});

test("the largest exact size is a size", async () => {
  const reply = listing((id) => packet(NAME, id, 1, "big", "-", 0x5, 0x1fffff, 0xffffffff, MODE));
  const { transport } = await filesServer({ files: new Map(), reply });
  expect((await transport.list("/d")).entries).toMatchObject([{ size: Number.MAX_SAFE_INTEGER }]);
});

test("a size that isn't one is refused by stat as well", async () => {
  const reply: FilesServerOptions["reply"] = ({ type, id }, good) =>
    type === 17 ? packet(105, id, 0x5, 0x80000000, 0, MODE) : good;
  const { transport } = await filesServer({ files: many(1), reply });
  await failure(transport.stat("/d/f0"), "protocol");
});

test.each([
  ["all ones", 0xffffffff],
  ["a minute before 1970", 0x100000000 - 60],
])("a time of %s is no time", async (_, time) => {
  const reply = listing((id) => packet(NAME, id, 1, "a", "-", 0xc, MODE, 1, time));
  const { transport } = await filesServer({ files: new Map(), reply });
  expect((await transport.list("/d")).entries).toEqual([{ name: "a", type: "file" }]);
});

test.each([
  ["no name", ""],
  ["a name of 5000 characters", "x".repeat(5000)],
])("an entry with %s can't be read", async (_, name) => {
  const reply = listing((id) => packet(NAME, id, 2, name, "the line", 0x4, MODE, "b", "-", 0x4, MODE));
  const { transport } = await filesServer({ files: new Map(), reply });
  const { entries, unreadable } = await transport.list("/d");
  expect(entries.map((entry) => entry.name)).toEqual(["b"]);
  expect(unreadable).toHaveLength(1);
  expect(unreadable![0]!.length).toBeLessThanOrEqual(500);
});

test.each<[string, readonly [number, number], number]>([
  ["1", [0, 1], 4096],
  ["0", [0, 0], 32_768],
  ["2^63", [0x80000000, 0], 261_120],
  ["2^64-1", [0xffffffff, 0xffffffff], 261_120],
])(
  "a server that says it gives %s bytes at once is asked for no less and no more than is sane",
  async (_, limits, least) => {
    const files = new Map([["big", pattern(3_000_000)]]);
    const asked: number[] = [];
    const { transport, connect } = await filesServer({
      files,
      limits,
      arrives: ({ type, length }) => void (type === READ && asked.push(length)),
    });
    const reading = transport.read("/d/big", { size: 3_000_000 });
    expect((await bytesOf(await reading)).equals(files.get("big")!)).toBe(true);
    expect(Math.max(...asked)).toBe(Math.min(least, 3_000_000));

    asked.length = 0;
    const careful = await connect({ pipelining: false }).read("/d/big", { size: 3_000_000 });
    expect((await bytesOf(careful)).equals(files.get("big")!)).toBe(true);
    expect(Math.max(...asked)).toBeLessThanOrEqual(32_768);
    expect(Math.max(...asked)).toBeGreaterThanOrEqual(4096);
  },
);

test("however little a server gives at once, no more than 64 requests for a file are under way", async () => {
  const size = 3_000_000;
  let answer: (() => void) | undefined;
  let arrived = 0;
  let stats = 0;
  const { transport } = await filesServer({
    files: new Map([["big", pattern(size)]]),
    limits: [0, 1],
    arrives: ({ type }) => {
      arrived += Number(type === READ);
      stats += Number(type === STAT);
    },
    reply: async ({ type }, good) => {
      if (type === READ && answer === undefined) await new Promise<void>((resolve) => (answer = resolve));
      return good;
    },
  });
  const reading = transport.read("/d/big", { size }).then(bytesOf);
  await until(() => answer !== undefined);
  // What was asked before it has arrived when it does.
  const stat = transport.stat("/d/big");
  await until(() => stats > 0);
  expect(arrived).toBe(64);
  answer!();
  expect(await reading).toHaveLength(size);
  expect((await stat).size).toBe(size);
});

test("a server that gives a byte at a time is given up, not asked a million times", async () => {
  const files = new Map([["big", pattern(3_000_000)]]);
  const { transport } = await filesServer({
    files,
    limits: [0, 1],
    reply: ({ type, id, position }, good) =>
      type === READ ? packet(DATA, id, files.get("big")!.subarray(position, position + 1)) : good,
  });
  const reading = transport.read("/d/big", { size: 3_000_000 }).then(bytesOf);
  expect((await failure(reading, "protocol")).detail).toContain("can't be read like that");
});

test.each<[string, (round: number) => (string | number)[][], string]>([
  [
    "names without end",
    (round) => [
      [`f${round}a`, "-", 0],
      [`f${round}b`, "-", 0],
    ],
    "more than 5000 entries",
  ],
  [
    "the dots",
    () => [
      [".", "d", 0],
      ["..", "d", 0],
    ],
    "nothing new",
  ],
  ["nothing", () => [], "nothing new"],
  [
    "the same",
    () => [
      ["a", "-", 0],
      ["b", "-", 0],
    ],
    "nothing new",
  ],
  ["long lines", (round) => [[`f${round}`, "x".repeat(20_000), 0]], "more than 1000000 bytes"],
])("a listing that answers %s again and again is ended", async (_, entries, why) => {
  for (const pipelining of [true, false]) {
    let round = 0;
    const { transport } = await filesServer({
      files: new Map(),
      transport: { listingBounds: { entries: 5000, bytes: 1_000_000 }, pipelining },
      reply: ({ type, id }, good) => {
        if (type !== READDIR) return good;
        const names = entries(round++);
        return packet(NAME, id, names.length, ...names.flat());
      },
    });
    const error = await failure(transport.list("/d"), "protocol");
    expect(error.detail).toContain("no end");
    expect(error.detail).toContain(why);
    await goesOn(transport);
  }
});

/** The connection goes on after a listing that had no end. */
const goesOn = (transport: { read(path: string): Promise<unknown> }) =>
  failure(transport.read("/d/gone"), "not-found");

test("what one listing brought is bounded, also where it is handed over as it comes", async () => {
  let round = 0;
  const { transport } = await filesServer({
    files: new Map(),
    transport: { listingBounds: { entries: 5000, bytes: 1_000_000_000 } },
    reply: ({ type, id }, good) => {
      if (type !== READDIR) return good;
      const names = Array.from({ length: 100 }, (_, i) => [`f${round}-${i}`, Buffer.alloc(0)] as const);
      round++;
      return nameReply(id, names);
    },
  });
  const take = vi.fn();
  await failure(transport.list("/d", { take }), "protocol");
  expect(take.mock.calls.length).toBeLessThanOrEqual(6);
});

test("replies that can't be read fail the files they were for, and nobody else", async () => {
  const files = many(40);
  const bad = new Set(["/d/f7", "/d/f21", "/d/f33"]);
  const { transport, channels } = await filesServer({
    files,
    transport: { connections: 1 },
    reply: ({ type, id, path, length }, good) => {
      if (type !== READ || !bad.has(path)) return good;
      return path === "/d/f7"
        ? packet(DATA, id, pattern(length + 10))
        : packet(path === "/d/f21" ? NAME : DATA, id, 99);
    },
  });
  const results = await Promise.all(
    [...files].map(async ([name, bytes]) => {
      const reading = transport.read(`/d/${name}`, { size: bytes.length }).then(bytesOf);
      if (bad.has(`/d/${name}`)) return (await failure(reading, "protocol")).path === `/d/${name}`;
      return (await reading).equals(bytes);
    }),
  );
  expect(results).not.toContain(false);
  expect(channels(), "one connection, with one channel, served all").toBe(1);
});

test.each([true, false])(
  "a reply that ends the session costs the others no more than the line, and is found out alone: pipelining %s",
  async (pipelining) => {
    const files = many(12);
    let waiting = 0;
    const { transport } = await filesServer({
      files,
      transport: { connections: 1, pipelining },
      reply: async ({ type, path }, good) => {
        if (type !== READ || path !== "/d/f5") return good;
        waiting++;
        // Nobody can tell where the next reply would begin.
        return Buffer.alloc(64, 0xff);
      },
    });
    const fetch = (name: string, bytes: Buffer) =>
      transport.read(`/d/${name}`, { size: bytes.length }).then(bytesOf);
    const left = new Map(files);
    const kinds = new Map<string, string[]>();
    for (let round = 0; round < 6 && left.size > 0; round++) {
      await Promise.all(
        [...left].map(async ([name, bytes]) => {
          try {
            expect((await fetch(name, bytes)).equals(bytes)).toBe(true);
            left.delete(name);
          } catch (error) {
            kinds.set(name, [...(kinds.get(name) ?? []), (error as { kind: string }).kind]);
            if ((error as { kind: string }).kind === "protocol") left.delete(name);
          }
        }),
      );
    }
    expect(left.size).toBe(0);
    expect(waiting).toBeGreaterThan(0);
    expect(kinds.get("f5")!.at(-1)).toBe("protocol");
    kinds.delete("f5");
    expect(new Set([...kinds.values()].flat())).toEqual(new Set(["network"]));
  },
);

test("a server that hangs up again and again costs nobody more than the line", async () => {
  const files = many(30);
  let reads = 0;
  const { transport } = await filesServer({
    files,
    transport: { connections: 1 },
    // SSH_FX_CONNECTION_LOST, then the hang-up it stands for.
    reply: ({ type, id }, good) =>
      type === READ && ++reads % 20 === 0 ? packet(STATUS, id, 7, "gone", "") : good,
  });
  const left = new Map(files);
  const kinds = new Set<string>();
  for (let round = 0; round < 20 && left.size > 0; round++) {
    await Promise.all(
      [...left].map(async ([name, bytes]) => {
        try {
          expect(
            (await transport.read(`/d/${name}`, { size: bytes.length }).then(bytesOf)).equals(bytes),
          ).toBe(true);
          left.delete(name);
        } catch (error) {
          kinds.add((error as { kind: string }).kind);
        }
      }),
    );
  }
  expect(left.size).toBe(0);
  expect(kinds).toEqual(new Set(["network"]));
});

test("a listing that drips is ended in time, and says so", async () => {
  const { transport } = await filesServer({
    files: new Map(),
    transport: { timeout: 300 },
    reply: async ({ type, id }, good) => {
      if (type !== READDIR) return good;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return packet(NAME, id, 1, `f${id}`, "-", 0);
    },
  });
  expect((await failure(transport.list("/d"), "timeout")).detail).toMatch(/ended after .* too slow/);
});

test.each([true, false])(
  "a file that drips is ended in time, and says so: pipelining %s",
  async (pipelining) => {
    const { transport } = await filesServer({
      files: many(1),
      transport: { timeout: 200, pipelining },
      reply: async ({ type, id, position }, good) => {
        if (type !== READ) return good;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return position < 3000 ? packet(DATA, id, pattern(3000).subarray(position, position + 1)) : good;
      },
    });
    const reading = transport.read("/d/f0", { size: 3000 }).then(bytesOf);
    expect((await failure(reading, "timeout")).detail).toMatch(/ended after .* too slow/);
  },
);

test("a handle of a hundred kilobytes is not kept", async () => {
  const { transport } = await filesServer({
    files: many(1),
    reply: ({ type, id }, good) => (type === OPEN ? packet(102, id, "h".repeat(100_000)) : good),
  });
  expect((await failure(transport.read("/d/f0"), "protocol")).detail).toContain("handle");
});

test("a host that can't be asked ahead is asked one at a time, in the next process too", async () => {
  const memory = new HostMemory().of("sftp://here");
  const files = many(8);
  let plainly = false;
  const { transport, connect, channels } = await filesServer({
    files,
    transport: { connections: 1, memory },
    reply: ({ type, id }, good) => (type === READ && !plainly ? packet(DATA, id + 1000, pattern(10)) : good),
  });
  await Promise.allSettled([...files].map(([name]) => transport.read(`/d/${name}`).then(bytesOf)));
  plainly = true;
  for (const [name, bytes] of files) {
    expect((await transport.read(`/d/${name}`, { size: bytes.length }).then(bytesOf)).equals(bytes)).toBe(
      true,
    );
  }
  expect(memory.get("no-fast-path")).toContain("one at a time");
  const before = channels();
  const next = connect({ memory });
  expect(await bytesOf(await next.read("/d/f1", { size: files.get("f1")!.length }))).toEqual(files.get("f1"));
  expect(channels() - before, "the client's own channel alone").toBe(1);
});

test("a file isn't blamed for what a reply to another has put out of step", async () => {
  let lines = 0;
  let theirs: number | undefined;
  const files = many(2);
  const { transport } = await filesServer({
    files,
    transport: { connections: 1 },
    arrives: ({ type, path, id }) => void (type === READ && path === "/d/f1" && (theirs ??= id)),
    reply: async ({ type, id, path }, good) => {
      if (type !== READ || path !== "/d/f0" || lines++ > 0) return good;
      while (theirs === undefined) await new Promise((resolve) => setImmediate(resolve));
      // As if the other's answer had begun within this one.
      return Buffer.concat([packet(STATUS, id, 4, "Failure", ""), packet(DATA, theirs, 99)]);
    },
  });
  const [bad, other] = await Promise.allSettled(
    ["f0", "f1"].map(async (name) => bytesOf(await transport.read(`/d/${name}`))),
  );
  expect(bad).toMatchObject({ status: "rejected" });
  expect(other).toMatchObject({ status: "rejected", reason: { kind: "network" } });
  expect(await bytesOf(await transport.read("/d/f1"))).toEqual(files.get("f1"));
});

test("a reply that holds more entries than it says makes no whole listing", async () => {
  const { transport } = await filesServer({
    files: many(12),
    reply: listing((id) => {
      const reply = nameReply(id, [...many(12)]);
      reply.writeUInt32BE(1, 9);
      return reply;
    }),
  });
  expect((await failure(transport.list("/d"), "protocol")).detail).toContain("more entries than it says");
});
