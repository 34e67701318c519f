import { parseList } from "basic-ftp";
import { parseListedTime } from "../../list-times.js";
import type { Dialect } from "../dialect.js";
import { byteCount } from "./mlsd.js";

/** A line as `ls -l` or DOS would print it. */
export const unixOrDos: Dialect = {
  name: "Unix or DOS",
  read(bytes, { now }) {
    const line = Buffer.from(bytes, "latin1").toString("utf8");
    // It takes a line that begins with a blank for a name without facts.
    if (line.includes("\ufffd") || /^\s/.test(line)) return undefined;
    if (/^total\s+\d+\s*$/i.test(line)) return { is: "total" };
    let info;
    try {
      [info] = parseList(line);
    } catch {
      return undefined;
    }
    if (info === undefined) {
      const dots = /\s(\.\.?)$/.exec(line)?.[1];
      return dots === undefined ? undefined : { is: dots === "." ? "self" : "parent" };
    }
    const listed = parseListedTime(info.rawModifiedAt, now);
    const dos = /^\d/.test(line);
    if (info.name === "" || info.rawModifiedAt === "" || (dos && listed === undefined)) return undefined;
    const device = /^[bc]/.test(line);
    const type = info.isDirectory ? "directory" : info.isFile && !device ? "file" : "other";
    const size = type === "file" ? byteCount(String(info.size)) : undefined;
    return { is: "entry", entry: { name: info.name, type, size, listed } };
  },
};
