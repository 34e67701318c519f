import { SftpTransport } from "@daybook/transport-sftp";
import { expect, onTestFinished, test } from "vitest";
import type { Answer } from "./support/against.js";
import {
  against,
  ATTRIBUTES_OF_A_FILE,
  DATA,
  END,
  EXTENDED,
  EXTENDED_REPLY,
  HANDLE,
  INIT,
  NAME,
  OPEN,
  READ,
  READDIR,
  STATUS,
  VERSION,
  writeTorn,
} from "./support/against.js";
import { bytesOf, failure, pattern } from "./support/place.js";
import { packet, rawServer } from "./support/raw-server.js";

test("a file comes whole, however its replies are torn", async () => {
  const { transport, bytes } = await against({}, writeTorn);
  expect((await bytesOf(await transport.read("/f", { size: bytes.length }))).equals(bytes)).toBe(true);
});

test("a server that says how much it gives at once is asked for that much", async () => {
  const { transport, bytes, reads } = await against({
    [INIT]: () => packet(VERSION, 3, "limits@openssh.com", "1"),
    [EXTENDED]: (id) => packet(EXTENDED_REPLY, id, 0, 262_144, 0, 261_120, 0, 261_120, 0, 100),
  });
  expect((await bytesOf(await transport.read("/f", { size: bytes.length }))).equals(bytes)).toBe(true);
  expect(reads).toEqual([100_000, 1]);
});

test("a status without a text is understood", async () => {
  const { transport } = await against({ [OPEN]: (id) => packet(STATUS, id, 2) });
  await failure(transport.read("/f"), "not-found");
});

test.each<[string, Record<number, Answer>]>([
  ["more bytes than were asked for", { [READ]: (id) => packet(DATA, id, pattern(50_000)) }],
  ["no bytes", { [READ]: (id) => packet(DATA, id, "") }],
  ["success instead of bytes", { [READ]: (id) => packet(STATUS, id, 0, "", "") }],
  ["a handle instead of bytes", { [READ]: (id) => packet(HANDLE, id, "h") }],
  ["a length that is longer than the reply", { [READ]: (id) => packet(DATA, id, 5, 5) }],
  ["a packet of 4 GB", { [READ]: () => Buffer.alloc(9, 0xff) }],
  ["a packet without an id", { [READ]: () => packet(STATUS) }],
  ["an answer to what wasn't asked", { [READ]: (id) => packet(DATA, id + 77, pattern(9)) }],
])("%s can't be read, and nothing waits for ever", async (_, answers) => {
  const { transport, bytes } = await against(answers);
  const error = await failure(transport.read("/f", { size: bytes.length }).then(bytesOf), "protocol");
  expect(error.detail).toContain("can't be read");
});

test.each<[string, Buffer]>([
  ["fewer entries than it says", packet(NAME, 0, 2, "a", "-", ...ATTRIBUTES_OF_A_FILE)],
  ["four thousand million entries", packet(NAME, 0, 0xffffffff)],
  ["a cut name", packet(NAME, 0, 1, 100)],
  ["pairs without an end", packet(NAME, 0, 1, "a", "-", 0x80000000, 0xffffffff)],
])("a listing with %s can't be read", async (_, reply) => {
  const { transport } = await against({
    [READDIR]: (id) => {
      const own = Buffer.from(reply);
      own.writeUInt32BE(id, 5);
      return own;
    },
  });
  await failure(transport.list("/d"), "protocol");
});

test("a name is told with all the attributes a server may send", async () => {
  let listed = false;
  const flags = 0x8000000f;
  const attributes = [flags, 1, 5, 0, 0, 0o100644, 7, 1_735_689_600, 1, "name", "value"];
  const { transport } = await against({
    [READDIR]: (id) => {
      if (listed) return packet(STATUS, id, ...END);
      listed = true;
      return packet(NAME, id, 1, "big", "line", ...attributes);
    },
  });
  const modifiedAt = new Date("2025-01-01T00:00:00Z");
  const entry = { name: "big", type: "file", size: 2 ** 32 + 5, modifiedAt };
  expect((await transport.list("/d")).entries).toEqual([entry]);
});

test.each<[string, Answer, "unsupported" | "protocol"]>([
  ["another version", () => packet(VERSION, 6), "unsupported"],
  ["another type", () => packet(STATUS, 3, 0, "", ""), "protocol"],
  ["a greeting of its shell", () => Buffer.from("Welcome to the archive!\n"), "protocol"],
])("a server that begins with %s is refused", async (_, greeting, kind) => {
  const { transport } = await against({ [INIT]: greeting });
  await failure(transport.list("/"), kind);
});

test("a server that can't run SFTP is told from one that is gone", async () => {
  const port = await rawServer((channel) => {
    channel.exit(127);
    channel.end();
  });
  const options = {
    host: "127.0.0.1",
    port,
    user: "u",
    password: "p",
    hostKey: { acceptAnything: true },
  } as const;
  const transport = new SftpTransport(options);
  onTestFinished(() => transport.close());
  expect((await failure(transport.list("/"), "unsupported")).detail).toContain("exit code 127");
});
