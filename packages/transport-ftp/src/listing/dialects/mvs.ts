import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";
import { numericTime } from "../listed-time.js";

const DATASET =
  /^(?:[A-Z0-9$#@]{1,6} {1,3}[A-Z0-9]{4} {1,4}(?:\d{4}\/\d\d\/\d\d|\*\*NONE\*\*) {0,4}[\d+? ]{1,10} {1,4}[A-Z]{1,4} {1,8}\d{1,6} {1,8}\d{1,6} {1,4}(?<organised>PS|PO|PO-E|DA|VS|PS-E)|Migrated|ARCIVE Not Direct Access Device|[A-Z0-9]{1,6} {1,3}(?:Tape|[A-Z0-9]{4} {1,3}VSAM))[ \t]{1,60}(?<name>[^ ]{1,44}) {0,40}$/;
const MEMBER =
  /^ ?(?<name>[A-Z$#@][A-Z0-9$#@]{0,7}) {1,8}\d\d\.\d\d \d{4}\/\d\d\/\d\d (?<year>\d{4})\/(?<month>\d\d)\/(?<day>\d\d) (?<hour>\d\d):(?<minute>\d\d) {1,8}\d{1,6} /;
const LOAD_MODULE = /^ ?(?<name>[A-Z$#@][A-Z0-9$#@]{0,7}) {1,8}[\dA-F]{6} {1,4}[\dA-F]{6} /;
const BARE = /^ ?(?<name>[A-Z$#@][A-Z0-9$#@]{0,7}) {0,80}$/;
const TITLES = /^ ?(?:Volume {1,3}Unit |Name {1,10}(?:VV\.MM|Size) )/;

/** z/OS: data sets. Sizes are in tracks and the date is of the last use: neither is known of the bytes. */
export const dataSets: Dialect = {
  name: "z/OS data sets",
  read(line) {
    if (TITLES.test(line)) return { is: "nothing" };
    const groups = DATASET.exec(line)?.groups;
    if (groups === undefined) return undefined;
    return entryOf({
      name: groups["name"]!.replaceAll("'", ""),
      type: /^PO/.test(groups["organised"] ?? "") ? "directory" : "file",
    });
  },
};

/** z/OS: members of a partitioned data set, with statistics, load modules, or, below such, a bare name. */
export const members: Dialect = {
  name: "z/OS members",
  short: true,
  read(line, { previous }) {
    const bare = previous === members || previous === dataSets ? BARE.exec(line) : null;
    const groups = (MEMBER.exec(line) ?? LOAD_MODULE.exec(line) ?? bare)?.groups;
    if (groups === undefined) return undefined;
    const { name = "", year, month = "", day = "", hour = "", minute = "" } = groups;
    const listed =
      year === undefined ? undefined : numericTime([year, month, day], ["ymd"], { hour, minute });
    return entryOf({ name, type: "file", listed });
  },
};
