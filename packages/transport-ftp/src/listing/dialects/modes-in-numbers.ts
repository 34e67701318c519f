import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";
import { numericTime } from "../listed-time.js";

const NUMERIC =
  /^0(?<kind>10|04|4)0?\d{4} {1,6}\d{1,10} {1,6}\d{1,10} {1,12}(?<size>\d{1,16}) {1,12}(?<seconds>\d{1,11}) {1,12}(?=[^ ])/;

/** Unix without words: "0100644   500  101   12345    123456789       name". Times are UTC. */
export const numericUnix: Dialect = {
  name: "numeric Unix",
  read(line) {
    const match = NUMERIC.exec(line);
    if (match === null) return undefined;
    const { kind, size, seconds } = match.groups!;
    return entryOf(
      {
        name: line.slice(match[0].length),
        type: kind === "10" ? "file" : "directory",
        modifiedAt: new Date(Number(seconds) * 1000),
      },
      size,
    );
  },
};

const OS9 =
  /^ {0,4}\d{1,5}\.\d{1,5} {1,3}(?<year>\d\d)\/(?<month>\d\d)\/(?<day>\d\d) (?<hour>\d\d)(?<minute>\d\d) {1,4}(?<type>[-d])[-sewr]{7} {1,10}[\dA-Fa-f]{1,10} {1,10}(?<size>\d{1,16}) (?=[^ ])/;

/** Microware OS-9: "20.20 07/03/29 1026 d-ewrewr 2650 85920 name". */
export const os9: Dialect = {
  name: "OS-9",
  read(line) {
    const match = OS9.exec(line);
    if (match === null) return undefined;
    const { year = "", month = "", day = "", hour = "", minute = "", type, size } = match.groups!;
    return entryOf(
      {
        name: line.slice(match[0].length),
        type: type === "d" ? "directory" : "file",
        listed: numericTime([year, month, day], ["ymd"], { hour, minute }),
      },
      size,
    );
  },
};
