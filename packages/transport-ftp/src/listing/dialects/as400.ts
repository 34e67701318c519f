import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";
import { numericTime } from "../listed-time.js";

const LINE =
  /^(?<owner>[^ ]{1,10}) {1,40}(?:(?<size>\d{1,16}) {1,8}(?<first>\d\d)(?<mark>[-/.])(?<middle>\d\d)\k<mark>(?<last>\d\d) (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d) )?\*(?<kind>[A-Z]{3,10}) {1,20}(?=[^ ])/;

const DIRECTORIES = new Set(["DIR", "DDIR", "LIB", "FLR"]);
const FILES = new Set(["STMF", "DSTMF", "MEM", "DOC"]);

/** IBM i (AS/400, OS/400): "QTCP   30 01/15/25 18:31:00 *STMF   name". A *FILE holds members, but for save files. */
export const as400: Dialect = {
  name: "AS/400",
  read(line) {
    const match = LINE.exec(line);
    if (match === null) return undefined;
    const { size, first, middle = "", last = "", hour = "", minute = "", second, kind = "" } = match.groups!;
    const name = line.slice(match[0].length);
    const marked = name.endsWith("/");
    const directory = marked || DIRECTORIES.has(kind) || (kind === "FILE" && /\.FILE$/i.test(name));
    const file = FILES.has(kind) || kind === "FILE";
    const listed =
      first === undefined
        ? undefined
        : numericTime([first, middle, last], ["mdy", "dmy", "ymd"], { hour, minute, second });
    return entryOf(
      {
        name: marked ? name.slice(0, -1) : name,
        type: directory ? "directory" : file ? "file" : "other",
        listed,
        nested: kind === "MEM",
      },
      size,
    );
  },
};
