import { describe, expect, test } from "vitest";
import { DIALECTS } from "../src/listing/dialects/index.js";
import type { Dialect } from "../src/listing/dialect.js";
import { nameCodec } from "../src/name-codec.js";
import { read, timeOf } from "./support/reading.js";

const FILE = "-rw-r--r-- 1 ftp ftp 30 Jan 15  2025";
const line = (name: string) => `${FILE} ${name}\r\n`;
const names = (text: string | Buffer, options?: Parameters<typeof read>[1]) =>
  read(text, options).entries.map(({ name }) => name);

describe("a listing that comes in pieces", () => {
  const text = ["total 8", `${FILE} .hidden`, `${FILE} grüße`, "nonsense here", `${FILE} ${"x".repeat(300)}`];
  test.each([1, 2, 3, 7, 64])("of %i bytes is the same as in one", (piece) => {
    expect(read(`${text.join("\r\n")}\r\n`, { piece })).toEqual(read(`${text.join("\r\n")}\r\n`));
  });
});

describe("what has no end", () => {
  test("is one unreadable line where it is a line, and the next one is read", () => {
    const { entries, evidence } = read(`${line("a")}${FILE} ${"x".repeat(5000)}\r\n${line("b")}`, {
      limits: { line: 1000 },
    });
    expect(entries.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(evidence.unreadable).toBe(1);
    expect(evidence.unreadableLines[0]).toHaveLength(300);
  });

  test.each([
    ["lines", line("a").repeat(50), { lines: 10 }],
    ["lines", "?\n".repeat(50), { lines: 10 }],
    ["bytes", line("a").repeat(50), { bytes: 500 }],
    ["bytes", "x".repeat(1000), { bytes: 500 }],
  ] as const)("ends at the limit of %s", (limit, text, limits) => {
    const { entries, evidence } = read(text, { limits, piece: 100 });
    expect([evidence.limit, entries.length <= 12]).toEqual([limit, true]);
  });

  test("keeps few of the lines that can't be read, and counts all", () => {
    const { evidence } = read("?x?\n".repeat(100_000));
    expect([evidence.unreadable, evidence.unreadableLines.length]).toEqual([100_000, 10]);
  });

  // What reading costs is the characters that dialects are shown: a few times what came, whatever it is.
  test.each([
    ["one endless line", "x".repeat(4 << 20)],
    ["an endless line of blanks", `-rw-r--r-- 1${" ".repeat(4 << 20)}`],
    ["lines of nothing", "\n".repeat(1 << 20)],
    ["lines of three bytes", "?x\n".repeat(1 << 20)],
    ["lines that begin like entries", "-rw-r--r-- 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n".repeat(1 << 15)],
    ["lines of VMS without their second half", "A.B;1\n".repeat(1 << 18)],
  ])("costs what it is long: %s", (_, text) => {
    let shown = 0;
    const counted = DIALECTS.list.map((dialect): Dialect => ({
      ...dialect,
      read: (one, context) => ((shown += one.length), dialect.read(one, context)),
    }));
    read(text, { dialects: counted });
    expect(shown).toBeLessThanOrEqual(3 * counted.length * text.length);
  });
});

describe("a name is never shortened", () => {
  test.each([
    ["CR", "f1.dat\rzzz"],
    ["U+2028", "f1.dat\u2028zz"],
    ["U+2029", "f1.dat\u2029zz"],
    ["two CRs at the end", "f1.dat\r"],
  ])("by %s: its line can't be read", (_, name) => {
    for (const style of ["list", "mlsd"] as const) {
      const text = style === "list" ? line(name) : `type=file;size=1; ${name}\r\n`;
      const { entries, evidence } = read(text, { style });
      expect([entries, evidence.unreadable]).toEqual([[], 1]);
    }
  });

  test("by blanks before or behind it", () => {
    expect(names(line(" a ") + line("  b  c") + line("d\u00a0"))).toEqual([" a ", "  b  c", "d\u00a0"]);
    const dos = "01-15-25  06:30PM                   30  a.dat \r\n";
    expect(names(dos)).toEqual([" a.dat "]);
    expect(names("01-15-25  06:30PM       <DIR>            two before\r\n")).toEqual(["  two before"]);
  });
});

describe("a name with a path", () => {
  test.each(["/L/2025/01/15/18/a", "18/a", "15/18/a", "./a", "./18/a", "/home/ftp/L/2025/01/15/18/a"])(
    "of the listed directory is the name: %s",
    (path) => {
      const { entries, evidence } = read(line(path));
      expect([entries[0]?.name, evidence.elsewhere]).toEqual(["a", []]);
    },
  );

  test.each([
    ["/L/2025/01/15/17/a", "/L/2025/01/15/17"],
    ["17/a", "17"],
    ["/a", "/"],
    ["../18/../a", "../18/.."],
  ])("of another is given out as it came, and is evidence: %s", (path, directory) => {
    const { entries, evidence } = read(line(path));
    expect([entries[0]?.name, evidence.elsewhere, evidence.namesElsewhere]).toEqual([path, [directory], 1]);
  });

  test("of another is no evidence where others have none", () => {
    const { entries, evidence } = read(line("a") + line("/etc/passwd"));
    expect([entries.length, evidence.elsewhere, evidence.namesElsewhere]).toEqual([2, [], 0]);
  });

  test("of a directory below is no evidence, and no name either", () => {
    const { entries, evidence } = read(line("18/sub/a"));
    expect([entries[0]?.name, evidence.elsewhere]).toEqual(["18/sub/a", []]);
  });
});

describe("evidence", () => {
  test("tells what shows that a directory was opened", () => {
    const dots = "drwxr-xr-x 2 a b 4096 Jan 15 18:30 .\r\ndrwxr-xr-x 2 a b 4096 Jan 15 18:30 ..\r\n";
    expect(read(`total 0\r\n${dots}`).evidence).toMatchObject({
      showsSelf: true,
      showsParent: true,
      showsTotal: true,
      entries: 0,
      digest: "",
    });
    expect(read("").evidence).toMatchObject({ showsSelf: false, showsParent: false, showsTotal: false });
  });

  test.each([
    ["/", "/"],
    ["/home", "/home"],
    ["17", "17"],
  ])("tells a cdir of another directory: %s", (name, directory) => {
    const { evidence } = read(`type=cdir; ${name}\r\ntype=file;size=1; a\r\n`, { style: "mlsd" });
    expect([evidence.elsewhere, evidence.showsSelf]).toEqual([[directory], false]);
  });

  test.each([".", "18", "/L/2025/01/15/18", "/srv/ftp/L/2025/01/15/18", "L/2025/01/15/18/"])(
    "believes a cdir that can be the one asked for: %s",
    (name) => {
      const { evidence } = read(`type=cdir; ${name}\r\n`, { style: "mlsd" });
      expect([evidence.elsewhere, evidence.showsSelf]).toEqual([[], true]);
    },
  );

  test("shows an unfinished last line, whether it is whole or not, and doesn't count its entry", () => {
    const { entries, evidence } = read(`${line("a_20250115T183020Z.dat")}${FILE} a_20250115T`);
    expect(entries.map(({ name }) => name)).toEqual(["a_20250115T183020Z.dat"]);
    expect(evidence).toMatchObject({ entries: 1, unreadable: 0 });
    expect(evidence.unfinished).toMatchObject({ entry: { name: "a_20250115T" } });
    expect(read(`${line("a")}-rw-r--r-- 1 ft`).evidence).toMatchObject({
      unreadable: 1,
      unfinished: { line: "-rw-r--r-- 1 ft", entry: undefined },
    });
    expect(read(line("a")).evidence.unfinished).toBeUndefined();
  });

  test.each([
    ["ls: cannot open directory '.': Permission denied", "refused"],
    ["/bin/ls: /pub: Permission denied", "refused"],
    ["ls: /pub: No such file or directory", "missing"],
    ["ls: reading directory '.': Input/output error", "failed"],
    ["ls: .: Keine Berechtigung", "refused"],
    ["ls: невозможно открыть каталог '.': Отказано в доступе", "refused"],
    ["No files found", "nothing"],
    ["Keine Dateien gefunden", "nothing"],
    ["Directory is empty", "nothing"],
    ["%DIRECT-W-NOFILES, no files found", "nothing"],
    ["%RMS-E-DNF, directory not found", "missing"],
    ["Zugriff verweigert", "refused"],
  ])("tells what a text in place of a listing means: %s", (text, meaning) => {
    const { evidence } = read(`${text}\r\n`);
    expect(evidence.message).toEqual({ meaning, text });
    // That there is nothing is an answer; anything else leaves open what there is.
    expect(evidence.unreadable).toBe(meaning === "nothing" ? 0 : 1);
  });

  test("has one digest for the same entries in any order, and another for others", () => {
    const digest = (text: string) => read(text).evidence.digest;
    expect(digest(line("a") + line("b"))).toBe(digest(line("b") + line("a")));
    expect(digest(line("a") + line("b"))).not.toBe(digest(line("a") + line("c")));
    expect(digest(line("a"))).not.toBe(digest(line("a").replace(" 30 ", " 31 ")));
    expect(digest(line("a") + line("a"))).not.toBe(digest(line("a")));
  });
});

test("of a listing of many directories only the asked one's entries count", () => {
  const { entries, evidence } = read(
    `/L/2025/01/15/18:\r\ntotal 8\r\n${line("a")}\r\n/L/2025/01/15/18/sub:\r\n${line("b")}\r\n/other:\r\n${line("c")}`,
  );
  expect(entries.map(({ name }) => name)).toEqual(["a"]);
  expect(evidence).toMatchObject({ showsSelf: true, showsTotal: true, elsewhere: ["/other"], unreadable: 0 });
});

test("PM behind a time is the time's, unless the listing has shown a clock of 24 hours", () => {
  const at = (time: string, name: string) => `-rw-r--r-- 1 ftp ftp 30 Jan 15 ${time} ${name}\r\n`;
  const twelve = read(at("06:30", "PM a") + at("11:30", "AM b") + at("06:30PM", "c"));
  expect(twelve.entries.map((entry) => [entry.name, timeOf(entry)])).toEqual([
    ["a", "2025-01-15T18:30"],
    ["b", "2025-01-15T11:30"],
    ["c", "2025-01-15T18:30"],
  ]);
  expect(names(at("18:30", "x") + at("06:30", "PM a"))).toEqual(["x", "PM a"]);
});

test.each([
  ["gbk", "总用量 8", "3月 15 18:30", "数据.dat"],
  ["windows-1251", "итого 8", "мар 15 18:30", "данные.dat"],
  ["euc-jp", "合計 8", "3月 15日 18:30", "表.dat"],
  ["latin1", "total 8", "15 f\u00e9v 2025", "\u00e9t\u00e9.dat"],
])("a listing in %s is read in it: total, months and names", (encoding, total, time, name) => {
  const codec = nameCodec(encoding);
  const text = codec.encode(`${total}\r\n-rw-r--r-- 1 a b 30 ${time} ${name}\r\n`);
  const { entries, evidence } = read(text, { codec });
  expect(entries).toMatchObject([{ name, size: 30, listed: { ms: expect.any(Number) as number } }]);
  expect(evidence).toMatchObject({ showsTotal: true, unreadable: 0 });
});

test("of VMS' versions the newest counts, and names that fill their column are read", () => {
  const text =
    "Directory DISK:[L.18]\r\n\r\nA.DAT;3   2  15-JAN-2025 18:31:00\r\nA.DAT;2   2  15-JAN-2025 18:30:00\r\n" +
    "A_NAME_THAT_FILLS_ITS_COLUMN.DAT;1\r\n          2/4   15-JAN-2025 18:31:00  [O]  (RWED,,,)\r\n\r\nTotal of 3 files, 6 blocks.\r\n";
  const { entries, evidence } = read(text);
  expect(entries.map(({ name }) => name)).toEqual(["A.DAT", "A_NAME_THAT_FILLS_ITS_COLUMN.DAT"]);
  expect(evidence).toMatchObject({ unreadable: 0, showsTotal: true });
});

test("a bare name is a member only below what can only be z/OS", () => {
  const titled =
    " Name     VV.MM   Created       Changed      Size  Init   Mod   Id\r\nMEMBER1\r\nMEMBER2  \r\n";
  expect(names(titled)).toEqual(["MEMBER1", "MEMBER2"]);
  expect(read("MEMBER1\r\n").evidence.unreadable).toBe(1);
});

test("an entry isn't taken for the second line of one whose own was lost", () => {
  const [first, second] = ["B.DAT;1\r\n", "A.DAT;1  1/3  15-JAN-2025 18:31:00  [ANON]  (RWE,RWE,RE,RE)\r\n"];
  for (const text of [first + second, `${first}-rw-r--r-- 1 a b 5 Jan 15 2025 A.DAT\r\n`]) {
    const { entries, evidence } = read(text);
    expect([entries.map(({ name }) => name), evidence.unreadable]).toEqual([["A.DAT"], 1]);
  }
});
