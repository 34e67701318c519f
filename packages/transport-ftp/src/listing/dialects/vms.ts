import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";
import { timeIn } from "../listed-time.js";

const NAME = /^(?<name>[^ ;]{1,255});(?<version>\d{1,5})(?= |$)/;
const DATE =
  /(?<day>\d{1,2})-(?<month>[A-Za-z\x80-\xff]{3,9})-(?<year>\d{4})(?: {1,3}(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d{1,2})?)?)?(?= |$)/;
const TITLE = /^(?:Directory [^ ;]{1,100}[:\]][^ ;]{0,100}|(?:Grand )?total of \d[^;]{1,200})$/i;

/**
 * OpenVMS: "A.TXT;1   2/4   15-JAN-2025 18:31:00  [OWNER]  (RWED,RWED,RE,)". Names that fill their column have the rest
 * on the next line. Sizes are in blocks, so a file's own is unknown. The newest version is what a name without one means.
 */
export const vms: Dialect = {
  name: "VMS",
  short: true,
  read(line, { now, text }) {
    if (TITLE.test(line)) return { is: /^directory/i.test(line) ? "nothing" : "total" };
    const groups = NAME.exec(line)?.groups;
    if (groups === undefined) return undefined;
    const { name = "" } = groups;
    const date = DATE.exec(line.slice(name.length))?.groups;
    if (date === undefined) return /;\d{1,5} {0,40}$/.test(line) ? { is: "begun" } : undefined;
    const { day = "", month = "", year = "", hour, minute = "", second } = date;
    const clock = hour === undefined ? undefined : { hour, minute, second };
    const listed = timeIn({ year, month: text(month), day, clock }, now);
    const directory = /\.DIR$/i.test(name);
    return entryOf({
      name: directory ? name.slice(0, -".DIR".length) : name,
      type: directory ? "directory" : "file",
      listed,
      versioned: true,
    });
  },
};
