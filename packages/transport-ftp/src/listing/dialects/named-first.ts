import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";
import { numericTime, timeIn } from "../listed-time.js";

const NONSTOP =
  /^(?<name>[A-Z0-9_$-]{1,32}) {1,40}\d{1,5} {1,20}(?<size>\d{1,16}) {1,4}(?<day>\d{1,2})-(?<month>[A-Za-z]{3})-(?<year>\d\d) (?<hour>\d{1,2}):(?<minute>\d\d):(?<second>\d\d) {1,3}\d{1,3}, ?\d{1,3} "[^"]{1,8}"/i;
const NONSTOP_TITLE = /^File {1,20}Code {1,20}EOF {1,4}Last Modification {1,8}Owner {1,4}RWEP/;

/** HP NonStop (Tandem): 'NAME  101  528 6-Apr-07 14:21:18 255,255 "oooo"'. */
export const nonStop: Dialect = {
  name: "NonStop",
  read(line, { now }) {
    if (NONSTOP_TITLE.test(line)) return { is: "nothing" };
    const groups = NONSTOP.exec(line)?.groups;
    if (groups === undefined) return undefined;
    const { name = "", size, day = "", month = "", year, hour = "", minute = "", second } = groups;
    const listed = timeIn({ year, month, day, clock: { hour, minute, second } }, now);
    return entryOf({ name, type: "file", listed }, size);
  },
};

const NORTEL =
  /^(?<name>[^ ]{1,64}) {1,40}(?<size>\d{1,16}) {2}(?<month>\d\d)\/(?<day>\d\d)\/(?<year>\d\d) {2}[A-Z][a-z]{2,3}\. {1,3}(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)$/;

/** Nortel's wfFtp, in routers: "name  1014196  06/03/04  Thur.   10:20:03". */
export const nortel: Dialect = {
  name: "wfFtp",
  read(line) {
    const groups = NORTEL.exec(line)?.groups;
    if (groups === undefined) return undefined;
    const { name = "", size, month = "", day = "", year = "", hour = "", minute = "", second } = groups;
    return entryOf(
      { name, type: "file", listed: numericTime([month, day, year], ["mdy"], { hour, minute, second }) },
      size,
    );
  },
};

const ZVM =
  /^(?<name>[A-Z0-9$#@+:_-]{1,16}) {1,8}(?<kind>[A-Z0-9$#@+:_-]{1,8}) {1,8}[FV] {1,12}\d{1,8} {1,12}\d{1,8} {1,12}\d{1,8} {1,3}(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d) {1,2}(?<hour>\d{1,2}):(?<minute>\d\d):(?<second>\d\d)(?: |$)/;

/** z/VM: "NAME  TRACE   V   65   107   2 2005-10-04 15:28:42 060191". Records, not bytes, are counted. */
export const zvm: Dialect = {
  name: "z/VM",
  read(line) {
    const groups = ZVM.exec(line)?.groups;
    if (groups === undefined) return undefined;
    const { name, kind, year = "", month = "", day = "", hour = "", minute = "", second } = groups;
    const listed = numericTime([year, month, day], ["ymd"], { hour, minute, second });
    return entryOf({ name: `${name}.${kind}`, type: "file", listed });
  },
};
