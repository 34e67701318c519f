/** Reads what of a path looks like a date, and writes the layout's placeholders in its place. */
type Field = "yyyy" | "MM" | "dd" | "DDD" | "HH" | "mm" | "ss";

const RANGES: Record<Field, readonly [number, number]> = {
  yyyy: [1970, 2099],
  MM: [1, 12],
  dd: [1, 31],
  DDD: [1, 366],
  HH: [0, 23],
  mm: [0, 59],
  ss: [0, 59],
};

const WIDTHS: Record<Field, number> = { yyyy: 4, MM: 2, dd: 2, DDD: 3, HH: 2, mm: 2, ss: 2 };

/** What may follow what is known by then, in directories of their own. The finest that fits counts. */
const NEXT: Record<Field, readonly (readonly Field[])[]> = {
  yyyy: [["MM", "dd"], ["MM"], ["DDD"]],
  MM: [["dd"]],
  dd: [["HH", "mm", "ss"], ["HH", "mm"], ["HH"]],
  DDD: [["HH", "mm", "ss"], ["HH", "mm"], ["HH"]],
  HH: [["mm", "ss"], ["mm"]],
  mm: [["ss"]],
  ss: [],
};

const STAMPS: readonly (readonly Field[])[] = [
  ["yyyy", "MM", "dd", "HH", "mm", "ss"],
  ["yyyy", "MM", "dd", "HH", "mm"],
  ["yyyy", "MM", "dd", "HH"],
  ["yyyy", "DDD", "HH", "mm", "ss"],
  ["yyyy", "DDD", "HH", "mm"],
  ["yyyy", "MM", "dd"],
  ["yyyy", "DDD"],
  ["yyyy", "MM"],
];

/** A date within a name, such as 20250101T183020 or 2025-01-01_18-30: the longest that is one. */
export function datesIn(name: string): string {
  for (const fields of STAMPS) {
    const pattern = fields.map((field) => `(\\d{${WIDTHS[field]}})`).join("([-_.:T]?)");
    const found = new RegExp(`(?<!\\d)${pattern}(?![\\dA-Ya-y])`).exec(name);
    if (found === null || !fits(fields, found)) continue;
    const written = fields.map((field, i) => `{${field}}${found[2 * i + 2] ?? ""}`).join("");
    const end = found.index + found[0].length;
    return datesIn(name.slice(0, found.index)) + written + name.slice(end);
  }
  return name;
}

function fits(fields: readonly Field[], found: RegExpExecArray): boolean {
  return fields.every((field, i) => within(field, found[2 * i + 1]!));
}

function within(field: Field, digits: string): boolean {
  const [least, most] = RANGES[field];
  return Number(digits) >= least && Number(digits) <= most;
}

/** Directories with their dates as placeholders: each continues where the one before it ended. */
export function datesOf(directories: readonly string[]): string[] {
  let last: Field | undefined;
  return directories.map((name) => {
    const fields =
      last === undefined ? (/^\d{4}$/.test(name) ? (["yyyy"] as const) : undefined) : follow(last, name);
    if (fields !== undefined && fieldsFit(fields, name)) {
      last = fields.at(-1);
      return fields.map((field) => `{${field}}`).join("");
    }
    const written = datesIn(name);
    if (written !== name) last = /\{(\w+)\}[^{]*$/.exec(written)?.[1] as Field;
    return written;
  });
}

function follow(last: Field, name: string): readonly Field[] | undefined {
  return /^\d+$/.test(name) ? NEXT[last].find((fields) => fieldsFit(fields, name)) : undefined;
}

function fieldsFit(fields: readonly Field[], digits: string): boolean {
  let at = 0;
  for (const field of fields) {
    if (!within(field, digits.slice(at, at + WIDTHS[field]))) return false;
    at += WIDTHS[field];
  }
  return at === digits.length;
}
