import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bufr, bufrInspector, InspectorToken, isDaybookError } from "@daybook/core";

function message(
  bodyLength: number,
  { edition = 4, length = bodyLength + 12, closing = "7777" } = {},
): Buffer {
  const head = Buffer.from("BUFR\0\0\0\0");
  head.writeUIntBE(length, 4, 3);
  head[7] = edition;
  return Buffer.concat([head, Buffer.alloc(bodyLength, 0x37), Buffer.from(closing)]);
}

/** What the inspector says of a file that comes in these pieces; undefined: nothing is wrong. */
function verdict(...chunks: Uint8Array[]): string | undefined {
  const inspection = bufr().inspect("/in/x.BUFR", { attributes: {} });
  try {
    for (const chunk of chunks) inspection.update(chunk);
    inspection.end();
  } catch (error) {
    if (isDaybookError(error, "bad-content")) return error.detail;
    throw error;
  }
  return undefined;
}

/** Cut before each of these offsets, taken modulo the length. */
function cut(bytes: Buffer, offsets: number[]): Buffer[] {
  const edges = [...new Set([0, ...offsets.map((o) => o % bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  );
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

const text = (s: string) => Buffer.from(s, "latin1");

const WHOLE: [string, Buffer][] = [
  ["one message", message(100)],
  ["a message without a body", message(0)],
  ["edition 2", message(10, { edition: 2 })],
  ["several messages on end", Buffer.concat([message(10), message(20), message(0)])],
  [
    "messages with line ends and NULs between and after",
    Buffer.concat([message(10), text("\r\r\n"), message(20), text("\n\0\0")]),
  ],
];

const BROKEN: [string, Buffer, string][] = [
  ["an empty file", text(""), "holds no BUFR message, it is empty"],
  ["another kind of file", text("GRIB\0\0\0\x02"), 'at the start there is "G" where "BUFR" should be'],
  ["a word that begins alike", text("BUFX"), 'at the start there is "BUFX" where "BUFR" should be'],
  ["padding before the first message", text("\r\nBUFR"), 'at the start there is 0x0d where "BUFR" should be'],
  ["an end within section 0", text("BUFR\0\0"), "message 1 is cut off within section 0, ended after 6"],
  [
    "edition 1",
    message(10, { edition: 1 }),
    "message 1 is of edition 1, which doesn't give its length; 2 and later do",
  ],
  [
    "an impossible length",
    message(10, { length: 11 }),
    "message 1 says 11 bytes in section 0, which no message can have",
  ],
  [
    "an end within the body",
    message(110_316).subarray(0, 4096),
    "message 1 says 110328 bytes in section 0, ended after 4096",
  ],
  [
    "an end within the closing",
    message(10).subarray(0, -1),
    "message 1 says 22 bytes in section 0, ended after 21",
  ],
  [
    "a wrong closing",
    message(10, { closing: "7778" }),
    'message 1 says 22 bytes in section 0, but ends in "7778" where "7777" should be',
  ],
  [
    "a length too short",
    Buffer.concat([message(10, { length: 20 })]),
    'after message 1, at byte 20, there is "7" where "BUFR" should be',
  ],
  [
    "garbage after the end",
    Buffer.concat([message(10), text("x")]),
    'after message 1, at byte 22, there is "x" where "BUFR" should be',
  ],
  [
    "a second message cut off",
    Buffer.concat([message(10), text("\n"), message(10).subarray(0, 15)]),
    "message 2 says 22 bytes in section 0, ended after 15",
  ],
];

describe("the bufr inspector", () => {
  test.each(WHOLE)("accepts %s", (_, bytes) => {
    expect(verdict(bytes)).toBeUndefined();
  });

  test.each(BROKEN)("refuses %s", (_, bytes, detail) => {
    expect(verdict(bytes)).toBe(detail);
  });

  test("says the same however the bytes are cut", () => {
    const files = fc.constantFrom(
      ...[...WHOLE, ...BROKEN].map(([, bytes]) => bytes).filter((b) => b.length > 0),
    );
    fc.assert(
      fc.property(files, fc.array(fc.nat(), { maxLength: 30 }), (bytes, offsets) => {
        expect(verdict(...cut(bytes, offsets))).toBe(verdict(bytes));
      }),
      { numRuns: 300 },
    );
    for (const [, bytes] of [...WHOLE, ...BROKEN.filter(([, b]) => b.length < 1000)]) {
      expect(verdict(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBe(verdict(bytes));
    }
  });

  test("no beginning of a file passes but those that end with a message", () => {
    const first = message(30);
    const file = Buffer.concat([first, text("\r\n"), message(5)]);
    const whole = new Set([first.length, first.length + 1, first.length + 2, file.length]);
    for (let length = 0; length <= file.length; length++) {
      expect(verdict(file.subarray(0, length)) === undefined, `${length} bytes`).toBe(whole.has(length));
    }
  });

  test("refuses with the first byte that can't be right, without waiting for the end", () => {
    const inspection = bufr().inspect("/in/x.BUFR", { attributes: {} });
    expect(() => inspection.update(text("<html>"))).toThrow(
      expect.objectContaining({ kind: "bad-content", path: "/in/x.BUFR" }),
    );
  });

  test("inspects every file afresh, and says that a file that passes is whole", () => {
    const inspector = bufr();
    const cutOff = inspector.inspect("/a", { attributes: {} });
    cutOff.update(message(10).subarray(0, 9));
    const whole = inspector.inspect("/b", { attributes: {} });
    whole.update(message(10));
    expect(() => whole.end()).not.toThrow();
    expect(() => cutOff.end()).toThrow();
    expect(inspector.provesEnd).toBe(true);
  });

  test("comes as a plugin", () => {
    const plugin = bufrInspector();
    expect(plugin.provides).toBe(InspectorToken);
    expect(plugin.create({} as never).name).toBe("bufr");
  });
});

const folder = fileURLToPath(new URL("../../../../shared/data/bufr", import.meta.url));
const real = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".BUFR")) : [];
if (real.length === 0) console.log("no real BUFR files beside this repository: their tests don't run");

for (const name of real) {
  test(`${name}, a real file, passes whole and not without its last byte`, () => {
    const bytes = readFileSync(`${folder}/${name}`);
    const { length } = bytes;
    expect(verdict(...cut(bytes, [1, 7, 8, 65_536]))).toBeUndefined();
    expect(verdict(bytes.subarray(0, -1))).toContain(
      `says ${length} bytes in section 0, ended after ${length - 1}`,
    );
  });
}
