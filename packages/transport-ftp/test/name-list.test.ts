import { expect, test } from "vitest";
import { NameList } from "../src/listing/name-list.js";
import { nameCodec } from "../src/name-codec.js";

function names(text: string, limits = {}): string[] | undefined {
  const list = new NameList({ codec: nameCodec(), limits });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 10) list.push(bytes.subarray(at, at + 10));
  return list.end();
}

test("names are read without the paths before them, and without the directory itself", () => {
  expect(names("a\r\n/pub/b\r\n./c d\n.\r\n..\r\n\r\n é")).toEqual(["a", "b", "c d", " é"]);
});

test.each([
  ["a name too long to be one", `a\r\n${"x".repeat(50)}\r\nb\r\n`, { line: 20 }],
  ["a name with a CR", "a\rb\r\nc\r\n", {}],
  ["more names than can be read", "a\r\n".repeat(20), { lines: 10 }],
  ["more bytes than can be read", "a\r\n".repeat(20), { bytes: 30 }],
])("%s leaves open what there is", (_, text, limits) => {
  expect(names(text, limits)).toBeUndefined();
});
