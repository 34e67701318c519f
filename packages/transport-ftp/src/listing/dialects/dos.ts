import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";
import { numericTime } from "../listed-time.js";
import type { DateOrder } from "../listed-time.js";

const LINE =
  /^ {0,4}(?<first>\d{1,4})(?<mark>[-/.])(?<middle>\d\d?)\k<mark>(?<last>\d{2,4}) {1,4}(?<hour>\d\d?)[:.](?<minute>\d\d)(?::(?<second>\d\d))?(?: ?(?<half>[AaPp](?:\.?[Mm]\b\.?)?))?[ \t]{1,40}(?:<(?<tag>[A-Z]{3,9})>(?<pad>[ \t]{1,20})|(?<size>\d{1,19}|\d{1,3}(?:(?:[.,'\xa0]|\xc2\xa0|\xe2\x80\xaf)\d{3}){1,5})[ \t])/;

// A tag and the blanks behind it fill this many columns.
const TAG_COLUMNS = 15;

const ORDERS: Readonly<Record<string, readonly DateOrder[]>> = {
  "-": ["mdy", "dmy"],
  "/": ["mdy", "dmy"],
  ".": ["dmy"],
};

/** IIS and its likes: "01-15-25  06:30PM       <DIR>          name", or a size and one blank before the name. */
export const dos: Dialect = {
  name: "DOS",
  read(line) {
    const match = LINE.exec(line);
    if (match === null) return undefined;
    const groups = match.groups!;
    const { first = "", middle = "", last = "", mark = "", hour = "", minute = "", second, half } = groups;
    const listed = numericTime([first, middle, last], ORDERS[mark]!, { hour, minute, second, half });
    const { tag, pad = "", size } = groups;
    const rest = line.slice(match[0].length);
    if (tag === undefined) return entryOf({ name: rest, type: "file", listed }, size!.replaceAll(/\D/g, ""));
    const columns = Math.max(1, TAG_COLUMNS - tag.length - 2);
    const name = pad.slice(columns) + rest;
    if (name === ".") return { is: "self", directory: "." };
    if (name === "..") return { is: "parent" };
    if (tag === "DIR") return entryOf({ name, type: "directory", listed });
    return entryOf({ name: withoutTarget(name), type: "link", listed });
  },
};

/** "name [C:\target]" */
function withoutTarget(name: string): string {
  const target = name.endsWith("]") ? name.lastIndexOf(" [") : -1;
  return target > 0 ? name.slice(0, target) : name;
}
