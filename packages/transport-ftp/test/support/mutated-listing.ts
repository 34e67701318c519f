import { pick, whole } from "./random.js";
import type { Random } from "./random.js";

export const FOLDER = "/L/2025/01/15/18";
export const OURS = "a_20250115T183020Z.dat";
export const SIZE = 5;

/** What was sent, and what is known of it. */
export interface Mutated {
  readonly text: string;
  readonly reply: string;
  /** "touched": something of its line came, or came garbled. "absent": no trace of it is in the text. */
  readonly ours: "whole" | "touched" | "absent";
  /** Why nobody may believe the listing to be whole, whatever it shows. */
  readonly betrayed?: string;
  /** Other names that were printed as they are. */
  readonly others: readonly string[];
}

interface Line {
  readonly text: string;
  readonly ours: boolean;
  readonly touched: boolean;
}

type Print = (name: string) => string[];

const PRINTERS: Readonly<Record<"list" | "mlsd", readonly Print[]>> = {
  list: [
    (name) => [`-rw-r--r--   1 ftp      ftp  ${SIZE} Jan 15  2025 ${name}`],
    (name) => [`-rw-r--r-- 1 1000 domain users ${SIZE} Jan 15 18:31 ${name}`],
    (name) => [`-rw-r--r--  1 a b ${SIZE} 2025-01-15 18:31 ${name}`],
    (name) => [`01-15-25  06:31PM ${String(SIZE).padStart(20)} ${name}`],
    (name) => [`15.01.2025  18:31 ${String(SIZE).padStart(20)} ${name}`],
    (name) => [`+i8388621.48594,m1736965860,r,s${SIZE},\t${name}`],
    (name) => [`type=file;size=${SIZE};modify=20250115183100; ${name}`],
    (name) => [`${name};1  1/3  15-JAN-2025 18:31:00  [ANON]  (RWE,RWE,RE,RE)`],
    (name) => [`${name};1`, `      1/3   15-JAN-2025 18:31:00  [ANON]  (RWE,RWE,RE,RE)`],
  ],
  mlsd: [
    (name) => [`type=file;size=${SIZE};modify=20250115183100; ${name}`],
    (name) => [`Type=file;Size=${SIZE};UNIX.groupname=domain users;Modify=20250115183100.123; ${name}`],
    (name) => [`modify=20250115183100;perm=adfr;type=file; ${name}`],
  ],
};

const PREFIXES = [`${FOLDER}/`, "18/", "./", "15/18/", `/home/x${FOLDER}/`];
const MESSAGES = [
  "ls: cannot access x: Permission denied",
  "ls: x: No such file or directory",
  "ls: cannot open directory '.': No such file or directory",
  "No files found.",
  "keine Dateien gefunden",
  "total 0",
  "insgesamt 0",
  "              0 File(s)              0 bytes",
  "Total of 0 files, 0/0 blocks.",
  "",
  "?!",
  "an error occurred",
  "drwxr-xr-x 2 a b 4096 Jan 15 2025 .",
  "drwxr-xr-x 2 a b 4096 Jan 15 2025 ..",
  "type=cdir;modify=20250115183100; .",
  `type=cdir;modify=20250115183100; ${FOLDER}`,
  "type=pdir;modify=20250115183100; ..",
  " Volume in drive C is DATA",
  ` Directory of ${FOLDER}`,
];
const BYTES = [
  "\0",
  "\xff",
  "\t",
  " ",
  ";",
  "9",
  "-",
  "/",
  "a",
  "\x1b",
  "\r",
  ":",
  "=",
  "\xe2\x80\xa8",
  "\n",
  ",",
];

const foreign = (text: string): Line => ({ text, ours: false, touched: false });

type Mutation = (lines: Line[], style: "list" | "mlsd", next: Random) => Line[];

const at = (lines: readonly Line[], next: Random) => whole(lines.length + 1, next);
const replaced = (lines: Line[], n: number, ...by: Line[]) => lines.toSpliced(n, 1, ...by);

function garbled(line: Line, next: Random): Line {
  let { text } = line;
  for (let changes = 1 + whole(3, next); changes > 0; changes--) {
    const [from, cut] = [
      whole(text.length + 1, next),
      next() < 0.2 ? whole(text.length, next) : whole(3, next),
    ];
    text = text.slice(0, from) + (next() < 0.6 ? pick(BYTES, next) : "") + text.slice(from + cut);
  }
  // As a heading, or as the folder itself, it would be no entry, with good reason.
  return /:\s*$|[ /;\t]\.{1,2}\s*$/.test(text) ? line : { ...line, text, touched: true };
}

const MUTATIONS: readonly Mutation[] = [
  (lines) => lines,
  (lines, _, next) => lines.toSpliced(whole(lines.length, next), 1),
  (lines, _, next) => lines.slice(0, at(lines, next)),
  (lines) => [...lines, ...lines],
  (lines) => lines.toReversed(),
  (lines, _, next) => lines.toSpliced(at(lines, next), 0, foreign(pick(MESSAGES, next))),
  (lines, _, next) => [foreign(pick(MESSAGES, next)), ...lines],
  (lines, _, next) => {
    const n = whole(lines.length, next);
    return n < lines.length ? replaced(lines, n, garbled(lines[n]!, next)) : lines;
  },
  (lines, _, next) => lines.map((line) => (next() < 0.5 ? garbled(line, next) : line)),
];

/** A listing of a folder with our file in it and perhaps others, with something wrong. */
export function mutated(style: "list" | "mlsd", next: Random, ending?: string): Mutated {
  const others = Array.from({ length: whole(4, next) }, (_, n) => `b_${n}.txt`);
  const names = next() < 0.5 ? [OURS, ...others] : [...others, OURS];
  const mixed = next() < 0.2;
  let print = pick(PRINTERS[style], next);
  const strange = next() < 0.05 ? pick(["/other/place/", "17/", "/L/2025/01/15/17/"], next) : undefined;
  const prefix = strange ?? (next() < 0.2 ? pick(PREFIXES, next) : "");
  let lines = names.flatMap((name) => {
    if (mixed) print = pick(PRINTERS[next() < 0.8 ? style : "list"], next);
    return print(prefix + name).map((text) => ({ text, ours: text.includes(OURS), touched: false }));
  });
  const told = ending === undefined && next() < 0.3 ? lines.length : undefined;
  if (strange === undefined)
    for (let changes = whole(4, next); changes > 0; changes--)
      lines = pick(MUTATIONS, next)(lines, style, next);
  // Some systems end lines without CR.
  const end = next() < 0.2 ? "\n" : "\r\n";
  const before = lines.map(({ text }) => text + end);
  const cut = next() < 0.15 ? whole(before.join("").length + 1, next) : Infinity;
  let [from, text, ours] = [0, "", "absent" as Mutated["ours"]];
  for (const [n, piece] of before.entries()) {
    const kept = piece.slice(0, Math.max(0, cut - from));
    if (lines[n]!.ours && kept.trim() !== "") {
      const whole = kept === piece && !lines[n]!.touched;
      ours = whole && ours !== "touched" ? "whole" : ours === "whole" ? "whole" : "touched";
    }
    from += piece.length;
    text += kept;
  }
  const halved = text.slice(text.lastIndexOf("\n") + 1).trim() !== "";
  const shown = text.split("\n").filter((line) => line.trim() !== "").length;
  const betrayed = halved
    ? "it ends within a line"
    : strange !== undefined && shown > 0
      ? "its names are of another folder"
      : told !== undefined && told > shown
        ? "its end tells of more than came"
        : undefined;
  const reply =
    told === undefined ? (ending ?? pick(REPLIES, next)) : `226-Options: -a -l\r\n226 ${told} matches total`;
  return { text, reply, ours, betrayed, others };
}

export const REPLIES = [
  "226 Transfer complete",
  "250 List completed.",
  "226-Options: -l\r\n226 1 matches total",
  "226 0 matches total",
  "226  [Section: DEFAULT] [Credits: 14.6MB] [Ratio: UL&DL: Unlimited]",
  "226 Transfer done (but failed to open directory).",
  "226 No such file or directory",
  "226 no files found",
  "226 Permission denied",
  "226 Transfer complete with errors",
  "226",
  "226 ?",
] as const;
