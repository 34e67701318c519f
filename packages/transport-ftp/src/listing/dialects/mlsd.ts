import type { Dialect } from "../dialect.js";
import type { ListedEntry } from "../listed-entry.js";
import { mlsxTime } from "../mlsx-time.js";

/** RFC 3659 section 7: "type=file;size=12;modify=20250101183020; name". */
export const mlsd: Dialect = {
  name: "MLSD",
  read(bytes) {
    const line = Buffer.from(bytes, "latin1").toString("utf8");
    const entry = line.includes("\ufffd") ? undefined : parseMlsdLine(line);
    if (entry === "self" || entry === "parent") return { is: entry };
    return entry && { is: "entry", entry };
  },
};

function parseMlsdLine(line: string): ListedEntry | "self" | "parent" | undefined {
  const space = line.indexOf(" ");
  const name = line.slice(space + 1);
  if (space < 1 || name === "") return undefined;
  const facts = new Map<string, string>();
  for (const fact of line.slice(0, space).split(";")) {
    const equals = fact.indexOf("=");
    if (equals > 0) facts.set(fact.slice(0, equals).toLowerCase(), fact.slice(equals + 1));
  }
  const type = facts.get("type")?.toLowerCase();
  if (type === undefined) return undefined;
  if (type === "cdir" || name === ".") return "self";
  if (type === "pdir" || name === "..") return "parent";
  return {
    name,
    type: type === "file" ? "file" : type === "dir" ? "directory" : "other",
    size: type === "file" ? byteCount(facts.get("size")) : undefined,
    modifiedAt: mlsxTime(facts.get("modify")),
  };
}

export function byteCount(text: string | undefined): number | undefined {
  const count = text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}
