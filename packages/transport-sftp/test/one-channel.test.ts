import { expect, test } from "vitest";
import { READ } from "./support/against.js";
import { filesServer } from "./support/files-server.js";
import { bytesOf, pattern } from "./support/place.js";
import { packet } from "./support/raw-server.js";

const files = new Map([
  ["a", pattern(5000)],
  ["b", pattern(70_000)],
]);

test.each([true, false])("a connection has one channel, with pipelining %s", async (pipelining) => {
  const { transport, channels } = await filesServer({ files, transport: { connections: 1, pipelining } });
  expect((await transport.list("/d")).entries).toHaveLength(2);
  for (const [name, bytes] of files) {
    expect(await bytesOf(await transport.read(`/d/${name}`, { size: bytes.length }))).toEqual(bytes);
  }
  expect(await transport.stat("/d/a")).toMatchObject({ type: "file", size: 5000 });
  expect(channels()).toBe(1);
});

test("the client's own handle is opened on the same connection once the fast path is no use", async () => {
  let refused = 0;
  const { transport, channels } = await filesServer({
    files,
    transport: { connections: 1 },
    // "Invalid handle", as servers that mix up what is asked ahead say.
    reply: ({ type, id }, good) =>
      type === READ && refused++ === 0 ? packet(101, id, 9, "Invalid handle", "") : good,
  });
  expect(await bytesOf(await transport.read("/d/b", { size: 70_000 }))).toEqual(files.get("b"));
  expect(channels()).toBe(2);
});

test("a server that gives no second channel costs a connection, and the file comes on the next", async () => {
  let asked = 0;
  let refused = 0;
  const { transport, channels } = await filesServer({
    files,
    transport: { connections: 1 },
    gives: () => asked++ !== 1,
    reply: ({ type, id }, good) =>
      type === READ && refused++ === 0 ? packet(101, id, 9, "Invalid handle", "") : good,
  });
  expect(await bytesOf(await transport.read("/d/b", { size: 70_000 }))).toEqual(files.get("b"));
  expect({ asked, given: channels() }).toEqual({ asked: 3, given: 2 });
});
