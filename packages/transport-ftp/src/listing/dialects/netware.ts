import { dateAt } from "../date-forms.js";
import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";

const HEAD = /^(?<type>[-d]) {1,2}\[[-A-Z]{8,10}\] {1,20}[^ ]{1,64} {1,40}(?<size>\d{1,16}) {1,20}/;

/** Novell NetWare: "d [R----F--] owner   512   Jan 16 18:53    name". */
export const netware: Dialect = {
  name: "NetWare",
  read(line, context) {
    const head = HEAD.exec(line);
    const date = head && dateAt(line, head[0].length, context);
    if (!date || date.time instanceof Date) return undefined;
    const { type, size } = head.groups!;
    const name = line.slice(date.end).trimStart();
    return entryOf({ name, type: type === "d" ? "directory" : "file", listed: date.time }, size);
  },
};
