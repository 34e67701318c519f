import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOf, failure, pattern, place, until } from "./support/place.js";

const SIZES = [0, 1, 32_767, 32_768, 32_769, 100_000, 3_000_000];

test.each(SIZES)(
  "a file of %i bytes comes whole, with its size known or not, ahead or one by one",
  async (size) => {
    const { tree, connect, transport } = await place();
    const bytes = pattern(size);
    tree.put("/f", bytes);
    const careful = connect({ pipelining: false });

    expect((await bytesOf(await transport.read("/f", { size }))).equals(bytes)).toBe(true);
    expect((await bytesOf(await transport.read("/f"))).equals(bytes)).toBe(true);
    expect((await bytesOf(await careful.read("/f", { size }))).equals(bytes)).toBe(true);
    expect((await bytesOf(await careful.read("/f"))).equals(bytes)).toBe(true);
  },
);

test("any start gives the rest of the file, whatever the server's reads are cut to", async () => {
  const { tree, server, transport } = await place();
  const bytes = pattern(100_000);
  tree.put("/f", bytes);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(bytes.length),
      fc.integer({ min: 2000, max: 40_000 }),
      fc.boolean(),
      async (start, shortReads, known) => {
        server.faults.shortReads = shortReads;
        const stream = await transport.read("/f", { start, size: known ? bytes.length : undefined });
        expect((await bytesOf(stream)).equals(bytes.subarray(start))).toBe(true);
      },
    ),
    { numRuns: 25 },
  );
});

test("a start at the end gives an empty stream", async () => {
  const { tree, transport } = await place();
  tree.put("/f", "12345");
  expect(await bytesOf(await transport.read("/f", { start: 5, size: 5 }))).toHaveLength(0);
  expect(await bytesOf(await transport.read("/f", { start: 5 }))).toHaveLength(0);
});

test("a small file costs two round trips: all its reads, and the proof of its end, go out together", async () => {
  const { tree, server, transport } = await place();
  tree.put("/f", pattern(60_000));
  const sizeOf = () => server.requests.filter((request) => request.startsWith("READ ")).length;
  let together = 0;
  server.faults.before = async (request) => {
    if (!request.startsWith("READ ") || together > 0) return;
    await until(() => sizeOf() === 3);
    together = sizeOf();
  };
  await bytesOf(await transport.read("/f", { size: 60_000 }));
  expect(together).toBe(3);
});

test("a file that has more bytes than were listed has changed", async () => {
  const { tree, transport } = await place();
  tree.put("/f", pattern(50_000));
  const reading = transport.read("/f", { size: 40_000 }).then(bytesOf);
  expect(await failure(reading, "changed")).toMatchObject({ operation: "read", path: "/f" });
});

test("a file that has fewer bytes than were listed is cut short", async () => {
  const { tree, transport } = await place();
  tree.put("/f", pattern(50_000));
  await failure(transport.read("/f", { size: 60_000 }).then(bytesOf), "cut-short");
  await failure(transport.read("/f", { size: 60_000, start: 55_000 }).then(bytesOf), "cut-short");
});

test("a server that ends a file too early is found out", async () => {
  const { tree, server, transport } = await place();
  tree.put("/f", pattern(200_000));
  server.faults.endsAt = 90_000;
  await failure(transport.read("/f", { size: 200_000 }).then(bytesOf), "cut-short");
});

test("a file that grows while it is read to an unknown end has changed", async () => {
  const { tree, server, transport } = await place();
  tree.put("/f", pattern(40_000));
  let ended = false;
  server.faults.before = (request) => {
    // The end was found within the second chunk; chunks beyond it have been asked for already.
    if (ended) tree.append("/f", pattern(100_000));
    ended = request.startsWith("READ /f 40000");
  };
  await failure(transport.read("/f").then(bytesOf), "changed");
});

test("a missing, a refused and a directory's path are refused before a stream is handed out", async () => {
  const { tree, server, transport } = await place();
  tree.put("/closed", "x");
  tree.makeDirectory("/d");
  server.faults.forbidden = new Set(["/closed"]);
  await failure(transport.read("/gone"), "not-found");
  await failure(transport.read("/closed"), "permission");
  expect((await failure(transport.read("/d"), "not-found")).detail).toContain("directory");
  expect((await failure(transport.read("/d", { size: 0 }), "not-found")).detail).toContain("directory");
  await until(() => server.openHandles === 0);
});

test("a cut connection is an error and never an early end", async () => {
  const { tree, server, transport } = await place();
  tree.put("/f", pattern(3_000_000));
  server.faults.before = (request) => {
    if (request.startsWith("READ /f 1638400")) server.cut();
  };
  await failure(transport.read("/f", { size: 3_000_000 }).then(bytesOf), "network");
});

test("a goodbye in the middle of a file is an error too", async () => {
  const { tree, server, transport } = await place();
  tree.put("/f", pattern(3_000_000));
  server.faults.before = (request) => {
    if (request.startsWith("READ /f 1638400")) server.endAll();
  };
  await failure(transport.read("/f").then(bytesOf), "network");
});

test("a consumer that is slow is not read ahead of without bounds", async () => {
  const { tree, server, transport } = await place();
  const size = 20_000_000;
  tree.put("/f", Buffer.alloc(size));
  const stream = await transport.read("/f", { size });
  const asked = () => server.requests.filter((request) => request.startsWith("READ ")).length * 32_768;
  // Everything the transport will ask for has been asked once a request behind it is answered.
  await transport.list("/");
  await transport.list("/");
  expect(asked()).toBeLessThan(6_000_000);
  expect(await bytesOf(stream)).toHaveLength(size);
});

test("many files at once share one connection without a warning", async () => {
  const { tree, server, transport } = await place({ transport: { connections: 1, filesPerConnection: 64 } });
  const warnings: string[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning.name);
  process.on("warning", onWarning);
  const bytes = pattern(70_000);
  const paths = Array.from({ length: 64 }, (_, i) => `/f${i}`);
  for (const path of paths) tree.put(path, bytes);

  const streams = await Promise.all(paths.map((path) => transport.read(path, { size: bytes.length })));
  const all = await Promise.all(streams.map(bytesOf));

  process.off("warning", onWarning);
  expect(all.every((each) => each.equals(bytes))).toBe(true);
  expect(server.accepted).toBe(1);
  expect(warnings).toEqual([]);
  await until(() => server.openHandles === 0);
});

test("memory is used again only after the end of a stream whose reader is done with it", async () => {
  const { tree, transport } = await place();
  const paths = Array.from({ length: 60 }, (_, i) => `/f${i}`);
  // Each other than all others, of several replies, and longer from file to file.
  const content = (i: number) => pattern(90_000 + 1000 * i).subarray(4 * i);
  for (const [i, path] of paths.entries()) tree.put(path, content(i));
  const size = (i: number) => content(i).length;

  const kept = await bytesAsTheyCame(await transport.read(paths[0]!, { size: size(0) }));
  const passing = await Promise.all(
    paths.map(async (path, i) => {
      const hash = createHash("sha256");
      const stream = await transport.read(path, { size: size(i), transient: true });
      for await (const chunk of stream) hash.update(chunk as Buffer);
      return hash.digest("hex");
    }),
  );

  expect(passing).toEqual(paths.map((_, i) => createHash("sha256").update(content(i)).digest("hex")));
  expect(Buffer.concat(kept).equals(content(0))).toBe(true);
});

/** The chunks themselves, not copies. */
async function bytesAsTheyCame(stream: Readable): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return chunks;
}

test("a reader that is slower than the server doesn't make it hold the whole file in memory", async () => {
  const { tree, transport } = await place();
  const size = 48 * 1024 * 1024;
  tree.put("/large", pattern(size));
  const hash = createHash("sha256");
  const memory = new Set<ArrayBufferLike>();
  const stream = await transport.read("/large", { size, transient: true });
  await new Promise<void>((resolve, reject) => {
    stream.on("data", (chunk: Buffer) => {
      hash.update(chunk);
      memory.add(chunk.buffer);
      stream.pause();
      // The replies that are under way all come meanwhile.
      void waitTurns(20).then(() => stream.resume());
    });
    stream.on("end", resolve);
    stream.on("error", reject);
  });
  expect(hash.digest("hex")).toBe(createHash("sha256").update(pattern(size)).digest("hex"));
  const used = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(used).toBeLessThan(size / 8);
});

async function waitTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
}

test("no more is asked for than may be read ahead, from one time to the next", async () => {
  const { tree, server, transport } = await place();
  const content = pattern(2_000_000);
  tree.put("/f", content);
  let taken = 0;
  let ahead = 20_000;
  let asked = 0;
  const most: number[] = [];
  server.faults.before = async (request) => {
    const [name, , , length] = request.split(" ");
    if (name !== "READ" || length === "1") return;
    asked += Number(length);
    most.push(asked - taken - ahead);
  };
  const stream = await transport.read("/f", { size: content.length, readAhead: () => ahead });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    taken += (chunk as Buffer).length;
    // More at once: what was asked for before may still be on its way.
    if (taken > 1_000_000) ahead = 300_000;
  }
  expect(Buffer.concat(chunks).equals(content)).toBe(true);
  expect(most.length).toBeGreaterThan(100);
  expect(Math.max(...most)).toBeLessThanOrEqual(0);
});

test("others get their turn between what a fast line brings", async () => {
  const { tree, transport } = await place();
  const content = pattern(2_000_000);
  const paths = Array.from({ length: 8 }, (_, i) => `/f${i}`);
  for (const path of paths) tree.put(path, content);
  let inThisTurn = 0;
  let most = 0;
  let over = false;
  const turns = (async () => {
    for (; !over; inThisTurn = 0) await new Promise(setImmediate);
  })();
  const hashes = paths.map(async (path) => {
    const hash = createHash("sha256");
    for await (const chunk of await transport.read(path, { size: content.length })) {
      hash.update(chunk as Buffer);
      inThisTurn += (chunk as Buffer).length;
      most = Math.max(most, inThisTurn);
    }
    return hash.digest("hex");
  });
  const expected = createHash("sha256").update(content).digest("hex");
  expect(new Set(await Promise.all(hashes))).toEqual(new Set([expected]));
  over = true;
  await turns;
  expect(most).toBeLessThan(512 * 1024);
});
