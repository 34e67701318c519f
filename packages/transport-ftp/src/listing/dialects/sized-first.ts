import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";
import { numericTime, timeIn } from "../listed-time.js";

const VXWORKS =
  /^ {0,12}(?<size>\d{1,16}) {1,12}(?<month>[A-Za-z]{3})-(?<day>\d\d)-(?<year>\d{4}) {1,6}(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d) {1,6}(?=[^ ])/;
const VXWORKS_TITLE =
  /^ {0,20}(?:size {1,20}date {1,20}time {1,20}name|-{4,10} {1,10}-{4,10} {1,10}-{4,10} {1,10}-{4,10}) {0,20}$/;

/** VxWorks' dosFs, in routers and instruments: "2048    Feb-28-1998  05:23:30   name  <DIR>". */
export const vxWorks: Dialect = {
  name: "VxWorks",
  read(line, { now }) {
    if (VXWORKS_TITLE.test(line)) return { is: "nothing" };
    const match = VXWORKS.exec(line);
    if (match === null) return undefined;
    const { size, month = "", day = "", year, hour = "", minute = "", second } = match.groups!;
    const listed = timeIn({ year, month, day, clock: { hour, minute, second } }, now);
    const rest = line.slice(match[0].length).trimEnd();
    const directory = rest.endsWith("<DIR>");
    const name = directory ? rest.slice(0, -"<DIR>".length).trimEnd() : rest;
    if (name === ".") return { is: "self", directory: "." };
    if (name === "..") return { is: "parent" };
    return entryOf({ name, type: directory ? "directory" : "file", listed }, size);
  },
};

const OS2 =
  /^ {0,18}(?<size>\d{1,16}) {1,12}(?<flags>(?:[A-Z]{1,4} {1,12}){0,2})(?<month>\d\d)-(?<day>\d\d)-(?<year>\d{2,4}) {1,4}(?<hour>\d\d):(?<minute>\d\d) {2}(?=[^ ])/;

/** OS/2: "     0           DIR   12-30-97   12:32  name". Some write 2003 as 103. */
export const os2: Dialect = {
  name: "OS/2",
  read(line) {
    const match = OS2.exec(line);
    if (match === null) return undefined;
    const { size, flags = "", month = "", day = "", year = "", hour = "", minute = "" } = match.groups!;
    const directory = /\bDIR\b/.test(flags);
    const listed = numericTime([month, day, year], ["mdy"], { hour, minute });
    return entryOf(
      { name: line.slice(match[0].length), type: directory ? "directory" : "file", listed },
      size,
    );
  },
};

const VSHELL =
  /^(?<size>\d{1,16}) {2}(?<month>[A-Z][a-z]{2}) (?<day>\d\d), (?<year>\d{4}) (?<hour>\d\d):(?<minute>\d\d) (?=[^ ])/;

/** VShell before version 3: "206876  Apr 04, 2000 21:06 name", and a slash behind directories. */
export const vshell: Dialect = {
  name: "VShell",
  read(line, { now }) {
    const match = VSHELL.exec(line);
    if (match === null) return undefined;
    const { size, month = "", day = "", year, hour = "", minute = "" } = match.groups!;
    const listed = timeIn({ year, month, day, clock: { hour, minute } }, now);
    const name = line.slice(match[0].length);
    if (name.endsWith("/")) return entryOf({ name: name.slice(0, -1), type: "directory", listed });
    return entryOf({ name, type: "file", listed }, size);
  },
};
