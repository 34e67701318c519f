import { SftpTransport } from "@daybook/transport-sftp";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { bytesOf } from "./support/place.js";
import {
  CLOSE,
  DATA,
  END,
  HANDLE,
  INIT,
  NAME,
  OPEN,
  READ,
  READDIR,
  STATUS,
  VERSION,
} from "./support/against.js";
import { eachRequest, packet, rawServer } from "./support/raw-server.js";

/** A server that knows names as bytes: a file's content is the path it was asked for by. */
async function bytesServer(names: readonly Buffer[], encoding?: string) {
  const port = await rawServer((channel) => {
    let listed = false;
    eachRequest(channel, (type, id, rest) => {
      const subject = type === INIT ? rest : rest.subarray(4, 4 + rest.readUInt32BE(0));
      const reply = (): Buffer => {
        if (type === INIT) return packet(VERSION, 3);
        if (type === CLOSE) return packet(STATUS, id, 0, "", "");
        if (type === OPEN) return packet(HANDLE, id, subject);
        if (type === READ) {
          return rest.readUInt32BE(rest.length - 8) === 0
            ? packet(DATA, id, subject)
            : packet(STATUS, id, ...END);
        }
        if (type !== READDIR) return packet(HANDLE, id, "d");
        if (listed) return packet(STATUS, id, ...END);
        listed = true;
        return packet(NAME, id, names.length, ...names.flatMap((name) => [name, name, 0x4, 0o100644]));
      };
      channel.write(reply());
    });
  });
  const login = {
    host: "127.0.0.1",
    port,
    user: "u",
    password: "p",
    hostKey: { acceptAnything: true } as const,
  };
  const transport = new SftpTransport({ ...login, encoding });
  onTestFinished(() => transport.close());
  return transport;
}

test.each([
  ["latin1", "temp\u00e9rature.dat"],
  ["windows-1251", "данные.dat"],
  ["cp437", "größe.dat"],
  ["gbk", "数据.dat"],
  ["shift_jis", "表示.dat"],
])("names in %s are read and asked for in it", async (encoding, name) => {
  const { default: iconv } = await import("iconv-lite");
  const bytes = iconv.encode(name, encoding);
  const transport = await bytesServer([bytes], encoding);
  expect((await transport.list("/d")).entries).toMatchObject([{ name }]);
  expect(await bytesOf(await transport.read(`/d/${name}`))).toEqual(
    Buffer.concat([Buffer.from("/d/"), bytes]),
  );
});

test.each(["utf8", "latin1", "shift_jis", "gbk"])(
  "any bytes that can be a name come back as they were, and no two are one, in %s",
  async (encoding) => {
    const byte = fc.integer({ min: 0x20, max: 255 }).filter((value) => value !== 0x2f && value !== 0x2e);
    const name = fc.array(byte, { minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes));
    const set = fc.uniqueArray(name, {
      minLength: 1,
      maxLength: 20,
      selector: (bytes) => bytes.toString("latin1"),
    });
    await fc.assert(
      fc.asyncProperty(set, async (names) => {
        const transport = await bytesServer(names, encoding);
        const { entries } = await transport.list("/d");
        expect(new Set(entries.map((entry) => entry.name)).size).toBe(names.length);
        for (const [i, entry] of entries.entries()) {
          const asked = await bytesOf(await transport.read(`/d/${entry.name}`));
          expect(asked).toEqual(Buffer.concat([Buffer.from("/d/"), names[i]!]));
        }
        await transport.close();
      }),
      { numRuns: 6 },
    );
  },
);

test.each([["utf-16"], ["no such"], [""]])("%j is no encoding of names", (encoding) => {
  const login = { host: "h", user: "u", password: "p" };
  expect(() => new SftpTransport({ ...login, encoding })).toThrow(
    expect.objectContaining({ kind: "config" }),
  );
});

test("an encoding can't be used with one request at a time, which reads UTF-8 only", () => {
  const login = { host: "h", user: "u", password: "p", pipelining: false };
  expect(() => new SftpTransport({ ...login, encoding: "latin1" })).toThrow(
    expect.objectContaining({ kind: "config", detail: expect.stringContaining("pipelining") }),
  );
  expect(() => new SftpTransport({ ...login, encoding: "UTF-8" })).not.toThrow();
});
