import { HostMemory } from "@daybook/core";
import { expect, test } from "vitest";
import { bytesOf, failure, pattern, place } from "./support/place.js";

// Servers that open few files at once, and say so in one way or another.

const FILES = Array.from({ length: 20 }, (_, i) => `/d/f${i}`);

async function fetchAll(given: Parameters<typeof place>[0]) {
  const { tree, server, transport, connect } = await place(given);
  const bytes = pattern(70_000);
  for (const path of FILES) tree.put(path, bytes);
  const fetch = async (path: string) =>
    (await bytesOf(await transport.read(path, { size: bytes.length }))).equals(bytes);
  const fetched = await Promise.all(FILES.map(fetch));
  return { server, connect, fetched, fetch };
}

test.each([
  [2, 3, "Maximum concurrent transfers exceeded for the current context"],
  [2, 4, "Too many open handles: current=3, max.=2"],
  [5, 4, "Too many open files in this session, maximum 5"],
  [2, 3, "Permission denied"],
  [3, 4, "Failure"],
  [1, 3, "Permission denied"],
])(
  "every file comes from a server that opens %i at once, and else says %i %j",
  async (files, status, text) => {
    for (const pipelining of [true, false]) {
      const faults = { maxOpen: { files, status, text } };
      const { server, fetched, fetch } = await fetchAll({
        server: { faults },
        transport: { connections: 1, pipelining },
      });
      expect(fetched).not.toContain(false);

      // It has been learnt: nothing is refused any more.
      server.requests.length = 0;
      expect(await Promise.all(FILES.map(fetch))).not.toContain(false);
      expect(server.requests.filter((request) => request.startsWith("OPEN "))).toHaveLength(FILES.length);
    }
  },
);

test("a file that is refused for itself is refused, with what the server said, and keeps nobody else off", async () => {
  const refuses = new Map([["/d/f7", { status: 3, text: "Denied by policy 17" }]]);
  const { tree, server, transport } = await place({ server: { faults: { refuses } } });
  for (const path of FILES) tree.put(path, "x");
  const results = await Promise.all(
    FILES.map(async (path) => {
      const reading = transport.read(path, { size: 1 }).then(bytesOf);
      if (path !== "/d/f7") return (await reading).toString();
      const error = await failure(reading, "permission");
      expect(error.detail).toContain("Denied by policy 17");
      expect(error).toMatchObject({ operation: "read", path, code: "3" });
      return "refused";
    }),
  );
  expect(results.filter((result) => result === "x")).toHaveLength(FILES.length - 1);
  expect(server.requests.filter((request) => request === "OPEN /d/f7 1")).toHaveLength(2);
});

test("where every file is refused for itself, that is soon believed", async () => {
  const refuses = new Map(FILES.map((path) => [path, { status: 3, text: "Permission denied" }]));
  const { tree, server, transport } = await place({
    server: { faults: { refuses } },
    transport: { connections: 1 },
  });
  for (const path of FILES) tree.put(path, "x");
  await Promise.all(FILES.map((path) => failure(transport.read(path), "permission")));
  server.requests.length = 0;
  await Promise.all(FILES.map((path) => failure(transport.read(path), "permission")));
  expect(server.requests.filter((request) => request.startsWith("OPEN "))).toHaveLength(FILES.length);
});

test.each([
  [4, "The process cannot access the file because it is being used by another process"],
  [4, "File is locked by another session"],
])("a locked file is busy, and others are read beside it: %i %j", async (status, text) => {
  const refuses = new Map([["/d/f7", { status, text }]]);
  const { tree, transport } = await place({ server: { faults: { refuses } } });
  for (const path of FILES) tree.put(path, "x");
  const error = await failure(transport.read("/d/f7"), "busy");
  expect(error).toMatchObject({ operation: "read", retry: "later" });
  expect(error.detail).toContain(text);
});

test("what can't be opened at all concerns the file alone", async () => {
  const refuses = new Map([["/d/f7", { status: 8, text: "nope" }]]);
  const { tree, transport } = await place({ server: { faults: { refuses } } });
  for (const path of FILES) tree.put(path, "x");
  const error = await failure(transport.read("/d/f7"), "unsupported");
  expect(error).toMatchObject({ operation: "read", path: "/d/f7" });
  expect(error.detail).toContain("nope");
  expect((await bytesOf(await transport.read("/d/f8"))).toString()).toBe("x");
});

test("a server's words are cut before anything is looked for in them", async () => {
  const text = `denied ${"9".repeat(200_000)} too many open files`;
  const refuses = new Map([["/d/f7", { status: 3, text }]]);
  const { tree, transport } = await place({ server: { faults: { refuses } } });
  tree.put("/d/f7", "x");
  const error = await failure(transport.read("/d/f7"), "permission");
  expect(error.message.length).toBeLessThan(1000);
});

test("what was learnt of a host is kept for the next process", async () => {
  const hosts = new HostMemory();
  const memory = hosts.of("sftp://here");
  const maxOpen = {
    files: 2,
    status: 3,
    text: "Maximum concurrent transfers exceeded for the current context",
  };
  const { server, connect, fetched } = await fetchAll({
    server: { faults: { maxOpen } },
    transport: { connections: 1, memory },
  });
  expect(fetched).not.toContain(false);
  expect(memory.get("files-at-once")).toMatch(/^2 on one connection/);

  server.requests.length = 0;
  const next = connect({ memory, connections: 1 });
  await Promise.all(FILES.map(async (path) => bytesOf(await next.read(path, { size: 70_000 }))));
  expect(server.requests.filter((request) => request.startsWith("OPEN "))).toHaveLength(FILES.length);
});

test("a server that repeats a secret doesn't have it shown", async () => {
  const refuses = new Map([["/d/f7", { status: 4, text: "login user with tr0ub4dor&3 failed" }]]);
  const { tree, connect } = await place({ server: { password: "tr0ub4dor&3", faults: { refuses } } });
  tree.put("/d/f7", "x");
  const error = await failure(connect({ password: "tr0ub4dor&3" }).read("/d/f7"), "protocol");
  expect(error.detail).toContain("login user with *** failed");
  expect(JSON.stringify(error) + error.message).not.toContain("tr0ub4dor");
});
