import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { read, timeOf } from "./support/reading.js";

interface Row {
  readonly source: string;
  readonly style: "mlsd" | "list";
  readonly expected: { what: string; name: string; size: string; time: string };
  readonly line: Buffer;
}

const ROWS = readFileSync(new URL("corpus/listings.tsv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("# "))
  .map(parse);

test("the corpus is as large as it says, and every line names its source", () => {
  expect(ROWS.length).toBeGreaterThan(300);
  expect(ROWS.filter(({ source }) => source === "")).toEqual([]);
});

describe.each([...bySource()])("%s", (_, rows) => {
  test("is read", () => {
    const seen = rows.map((row) => ({ line: row.line.toString("latin1"), ...readRow(row) }));
    expect(seen).toEqual(rows.map(({ line, expected }) => ({ line: line.toString("latin1"), ...expected })));
  });
});

function bySource(): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of ROWS) groups.set(row.source, [...(groups.get(row.source) ?? []), row]);
  return groups;
}

function readRow({ style, line }: Row): Row["expected"] {
  const text = Buffer.concat([line, Buffer.from("\r\n")]);
  const { entries, evidence } = read(text, { style, directory: "/" });
  const [entry] = entries;
  if (entry !== undefined) {
    return { what: entry.type, name: entry.name, size: String(entry.size ?? ""), time: timeOf(entry) };
  }
  const { unreadable, showsSelf, showsParent, showsTotal } = evidence;
  const kinds = { unreadable: unreadable > 0, self: showsSelf, parent: showsParent, total: showsTotal };
  const what = Object.entries(kinds).find(([, shown]) => shown)?.[0] ?? "nothing";
  return { what, name: "", size: "", time: "" };
}

function parse(row: string): Row {
  const [source = "", style, what = "", name = "", size = "", time = "", line = ""] = row.split("\t");
  return {
    source,
    style: style as Row["style"],
    expected: { what, name: unescape(name), size, time },
    line: Buffer.from(unescape(line), "latin1"),
  };
}

function unescape(text: string): string {
  const letters: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n", "\\": "\\" };
  return text.replaceAll(/\\(?:x([\da-f]{2})|(.))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? letters[letter]! : String.fromCharCode(parseInt(hex, 16)),
  );
}
