import { readFileSync } from "node:fs";
import { unsafeName } from "@daybook/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ListedEntry } from "../src/listing/listed-entry.js";
import { NOW, read, timeOf } from "./support/reading.js";

const two = (n: number) => String(n).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

interface Printed {
  readonly name: string;
  readonly directory: boolean;
  readonly size: number;
  readonly time: Date;
}

type Print = (entry: Printed) => string;

const date = (time: Date) => ({
  y: time.getUTCFullYear(),
  m: time.getUTCMonth() + 1,
  d: time.getUTCDate(),
  h: time.getUTCHours(),
  min: time.getUTCMinutes(),
});
const clock = (time: Date) => `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
const halfDay = (time: Date) =>
  `${two(time.getUTCHours() % 12 || 12)}:${two(time.getUTCMinutes())}${time.getUTCHours() < 12 ? "AM" : "PM"}`;
const mode = ({ directory }: Printed) => (directory ? "drwxr-xr-x" : "-rw-r--r--");

/** How systems print an entry; each tells the time to the minute. */
const PRINTERS: Readonly<Record<string, Print>> = {
  "Unix with owner and group": (e) => `${mode(e)}  1 ftp ftp ${e.size} ${unixDate(e.time)} ${e.name}`,
  "Unix with numbers": (e) => `${mode(e)} 1 1000 1000 ${e.size} ${unixDate(e.time)} ${e.name}`,
  "Unix without a group": (e) =>
    `${mode(e)}+ 1 me ${String(e.size).padStart(14)} ${unixDate(e.time)} ${e.name}`,
  "Unix with blanks in its group": (e) =>
    `${mode(e)} 1 me domain users ${e.size} ${unixDate(e.time)} ${e.name}`,
  "Unix with the day first": (e) =>
    `${mode(e)} 1 a b ${e.size} ${e.time.getUTCDate()} ${MONTHS[e.time.getUTCMonth()]} ${clock(e.time)} ${e.name}`,
  "long-iso": (e) =>
    `${mode(e)} 1 a b ${e.size} ${e.time.toISOString().slice(0, 10)} ${clock(e.time)} ${e.name}`,
  IIS: (e) =>
    dos(e, `${two(date(e.time).m)}-${two(date(e.time).d)}-${two(date(e.time).y % 100)}  ${halfDay(e.time)}`),
  "IIS with long years": (e) =>
    dos(e, `${two(date(e.time).m)}-${two(date(e.time).d)}-${date(e.time).y}  ${clock(e.time)}`),
  "DOS with dots": (e) =>
    dos(e, `${two(date(e.time).d)}.${two(date(e.time).m)}.${date(e.time).y}  ${clock(e.time)}`),
  "DOS with the year first": (e) => dos(e, `${e.time.toISOString().slice(0, 10)}  ${clock(e.time)}`),
};

function unixDate(time: Date): string {
  return `${MONTHS[time.getUTCMonth()]} ${two(time.getUTCDate())} ${clock(time)}`;
}

function dos({ name, directory, size }: Printed, time: string): string {
  return directory ? `${time}       <DIR>          ${name}` : `${time} ${String(size).padStart(20)} ${name}`;
}

const name = fc
  .string({ minLength: 1, maxLength: 40, unit: "binary" })
  .filter((text) => unsafeName(text, "linux") === undefined);
const entry: fc.Arbitrary<Printed> = fc.record({
  name,
  directory: fc.boolean(),
  size: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  // Within the year that dates without one are of.
  time: fc
    .integer({ min: 1, max: 300 * 24 * 60 })
    .map((minutes) => new Date(NOW.getTime() - minutes * 60_000)),
});

describe.each(Object.entries(PRINTERS))("an entry as %s prints it", (_, print) => {
  test("is read back", () => {
    fc.assert(
      fc.property(entry, (one) => {
        // A half of the day behind a clock of 24 hours is the name's, and can't be told.
        fc.pre(!/^[ap]\.?m\b/i.test(one.name));
        const { entries, evidence } = read(`${print(one)}\r\n`, { directory: "/" });
        expect(evidence.unreadable).toBe(0);
        const { listed: _listed, modifiedAt: _modifiedAt, ...rest } = entries[0]!;
        expect(rest).toEqual({
          name: one.name,
          type: one.directory ? "directory" : "file",
          ...(one.directory ? {} : { size: one.size }),
        });
        expect(timeOf(entries[0]!)).toBe(new Date(one.time.getTime()).toISOString().slice(0, 16));
      }),
    );
  });
});

test("an entry as MLSD prints it is read back", () => {
  fc.assert(
    fc.property(entry, fc.constantFrom("", "UNIX.groupname=domain users;", "perm=adfr;"), (one, facts) => {
      const time = one.time.toISOString().replaceAll(/[-:TZ]/g, "");
      const type = one.directory ? "type=dir" : `Type=file;Size=${one.size}`;
      const line = `${facts}${type};modify=${time}; ${one.name}`;
      const { entries } = read(`${line}\r\n`, { style: "mlsd", directory: "/" });
      expect(entries[0]).toMatchObject({ name: one.name, modifiedAt: one.time });
    }),
  );
});

const CORPUS = readFileSync(new URL("corpus/listings.tsv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("# "))
  .map((line) => line.split("\t")[6]!);

/** A small generator of its own, so that a hundred thousand lines take a second and a seed replays them. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function isHonest({ name, size }: ListedEntry): boolean {
  const odd = /[\r\n\u2028\u2029]/.test(name) || ["", ".", ".."].includes(name);
  return !odd && (size === undefined || Number.isSafeInteger(size));
}

test("a hundred thousand lines with something wrong throw nothing, and give no name that the line doesn't hold", () => {
  const seed = Date.now() >>> 0;
  const below = random(seed);
  const bytes = [
    "\r",
    "\0",
    " ",
    ";",
    "\t",
    "\xff",
    "\xe2\x80\xa8",
    "9",
    "-",
    "/",
    "a",
    "\x1b",
    "  -> ",
    "99999999999999999",
  ];
  for (let n = 0; n < 100_000; n++) {
    let line = CORPUS[below(CORPUS.length)]!;
    for (let changes = 1 + below(3); changes > 0; changes--) {
      const [at, cut] = [below(line.length + 1), below(4) === 0 ? below(line.length + 1) : below(3)];
      const put = below(2) === 0 ? bytes[below(bytes.length)]! : "";
      line = line.slice(0, at) + put + line.slice(at + cut);
    }
    const text = Buffer.from(`${line}\n`, "latin1");
    const style = below(3) === 0 ? "mlsd" : "list";
    const { entries, evidence } = read(text, { style, directory: "/", piece: 1 + below(200) });
    const held = evidence.lines >= entries.length && entries.every(isHonest);
    if (!held) expect.fail(`seed ${seed}: ${JSON.stringify(line)} gave ${JSON.stringify(entries)}`);
  }
}, 60_000);
