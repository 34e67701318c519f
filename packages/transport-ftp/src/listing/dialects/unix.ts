import { dateAt } from "../date-forms.js";
import type { FoundDate } from "../date-forms.js";
import { entryOf } from "../dialect.js";
import type { Dialect, LineContext, RawEntry, Reading } from "../dialect.js";

// What `ls -i` and `ls -s` put first, the type, the permissions, and a mark for what else there is (ACLs, labels, a Mac's
// attributes). The second form is of Connect:Enterprise.
const HEAD =
  /^ {0,8}(?:\d{1,12} {1,8}){0,2}(?:(?<type>[-bcdlpsDmnew])[-rwxsStTlLaA]{9}[+.@*]?|(?<other>[-d])[-A-Z]{9}[A-Z]{3})(?= |\d)/;
const FIELD = /(?<field>[^ ]{1,255}) {1,40}/y;
const SIZE = /^(?:\d{1,16}|\d{1,3}(?:,\d{3}){1,5})$/;
const ROUNDED = /^\d{1,9}(?:[.,]\d{1,3})?[kKMGTP]i?B?$/;
const RUN_TOGETHER = /^[A-Za-z].*\d$/;
// Links, owner and group, each of which may hold blanks.
const MOST_FIELDS = 20;

const TYPES: Readonly<Record<string, RawEntry["type"]>> = {
  "-": "file",
  d: "directory",
  l: "link",
  // z/OS' external links.
  e: "link",
};

/**
 * "-rw-r--r--  1 owner group  size  date name" and all its relatives: between permissions and date only the size is told
 * apart, since owner and group may be missing, numbers, or have blanks in them.
 */
export const unix: Dialect = {
  name: "Unix",
  read(line, context) {
    const head = HEAD.exec(line);
    if (head === null) return undefined;
    const type = TYPES[head.groups!["type"] ?? head.groups!["other"]!] ?? "other";
    const found = findDate(line, head[0].length, context);
    if (found === undefined) return undefined;
    const { date, size } = found;
    // One blank parts date and name: more of them are the name's.
    const name = line.slice(date.end + 1);
    if (name === "." || name === "./") return { is: "self", directory: "." };
    if (name === ".." || name === "../") return { is: "parent" };
    return entryOf(
      {
        name: type === "link" ? withoutTarget(name, size) : unmarked(name, type),
        type,
        ...(date.time instanceof Date ? { modifiedAt: date.time } : { listed: date.time }),
      },
      size,
    ) satisfies Reading | undefined;
  },
};

/** The first field that can be a size and has a date behind it. `size` is undefined where only its magnitude is shown. */
function findDate(
  line: string,
  from: number,
  context: LineContext,
): { date: FoundDate; size?: string } | undefined {
  const start = skipBlanks(line, from);
  let together: FoundDate | undefined;
  FIELD.lastIndex = start;
  for (let n = 0; n < MOST_FIELDS; n++) {
    const field = FIELD.exec(line)?.groups!["field"];
    if (field === undefined) break;
    const end = FIELD.lastIndex;
    const isSize = SIZE.test(field);
    if (isSize || ROUNDED.test(field) || RUN_TOGETHER.test(field)) {
      const date = dateAt(line, end, context);
      if (date !== undefined && !isSize && RUN_TOGETHER.test(field)) together ??= date;
      else if (date !== undefined) return { date, size: isSize ? field.replaceAll(",", "") : undefined };
      FIELD.lastIndex = end;
    }
  }
  // A group that fills its column runs into the size.
  return together && { date: together };
}

function skipBlanks(line: string, from: number): number {
  let start = from;
  while (line[start] === " ") start++;
  return start;
}

/** "name -> target". A link is as long as its target, which tells where a name with an arrow ends. */
function withoutTarget(name: string, size: string | undefined): string {
  const byLength = size === undefined ? -1 : name.length - Number(size) - 4;
  if (byLength > 0 && name.startsWith(" -> ", byLength)) return name.slice(0, byLength);
  const arrow = name.indexOf(" -> ");
  return arrow > 0 ? name.slice(0, arrow) : name;
}

/** `ls -p` ends directories with a slash. */
function unmarked(name: string, type: RawEntry["type"]): string {
  return type === "directory" && name.length > 1 && name.endsWith("/") ? name.slice(0, -1) : name;
}
