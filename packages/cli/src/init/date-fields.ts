/** Placeholders for dates, and what each may hold. */
export type Field = "yyyy" | "yy" | "MM" | "dd" | "DDD" | "HH" | "mm" | "ss";

/** What of a date is known. */
export type Known = { [field in Field]?: number };

export const WIDTHS: Readonly<Record<Field, number>> = {
  yyyy: 4,
  yy: 2,
  MM: 2,
  dd: 2,
  DDD: 3,
  HH: 2,
  mm: 2,
  ss: 2,
};

const RANGES: Readonly<Record<Field, readonly [number, number]>> = {
  yyyy: [1970, new Date().getUTCFullYear() + 1],
  yy: [0, 99],
  MM: [1, 12],
  dd: [1, 31],
  DDD: [1, 366],
  HH: [0, 23],
  mm: [0, 59],
  ss: [0, 59],
};

/** Any placeholder for a date, also those that no `Field` is. */
export const DATE =
  /\{(?:yyyy|yy|M{1,4}|d{1,2}|D{1,3}|Y{2,4}|ww|gpsweek|gpsday|H{1,2}|m{1,2}|s{1,2}|S{1,3}|epoch|epochms)(?::[^}]*)?\}/;

const MONTHS = "january february march april may june july august september october november december".split(
  " ",
);

/** A month's English name, whole or in three letters, as a placeholder, and its number. */
export function monthNamed(text: string): { placeholder: string; month: number } | undefined {
  const lower = text.toLowerCase();
  const index = MONTHS.findIndex((name) => name === lower || name.slice(0, 3) === lower);
  if (index < 0) return undefined;
  const letters = lower.length === 3 ? "MMM" : "MMMM";
  const style = text === lower ? ":lower" : text === text.toUpperCase() ? ":upper" : "";
  return { placeholder: `{${letters}${style}}`, month: index + 1 };
}

/** Two digits of a year: those of RINEX, up to next year. */
function fullYear(yy: number): number {
  return yy >= 80 ? 1900 + yy : 2000 + yy;
}

const dayOfYear = ({ yyyy, MM, dd }: Known): number | undefined =>
  yyyy === undefined || MM === undefined || dd === undefined
    ? undefined
    : (Date.UTC(yyyy, MM - 1, dd) - Date.UTC(yyyy, 0, 0)) / 86_400_000;

/** What these digits say as these fields, together with what is known; undefined where that can't be. */
export function readAs(fields: readonly Field[], digits: readonly string[], known: Known): Known | undefined {
  const found: Known = { ...known };
  for (const [i, field] of fields.entries()) {
    const value = Number(digits[i]);
    const [least, most] = RANGES[field];
    if (value < least || value > most || (found[field] ?? value) !== value) return undefined;
    found[field] = value;
    if (field === "yyyy") found.yy ??= value % 100;
    if (field === "yy") found.yyyy ??= fullYear(value);
  }
  if (found.yyyy !== undefined && (found.yyyy > RANGES.yyyy[1] || found.yyyy % 100 !== found.yy))
    return undefined;
  const day = dayOfYear(found);
  if (day !== undefined && found.DDD !== undefined && day !== found.DDD) return undefined;
  if (day !== undefined) found.DDD = day;
  else if (found.yyyy !== undefined && found.DDD !== undefined) {
    const date = new Date(Date.UTC(found.yyyy, 0, found.DDD));
    [found.MM, found.dd] = [found.MM ?? date.getUTCMonth() + 1, found.dd ?? date.getUTCDate()];
    if (dayOfYear(found) !== found.DDD) return undefined;
  }
  return found;
}

/** Digits cut to the widths of fields; undefined where they are more or fewer. */
export function cut(digits: string, fields: readonly Field[]): string[] | undefined {
  const pieces: string[] = [];
  let at = 0;
  for (const field of fields) pieces.push(digits.slice(at, (at += WIDTHS[field])));
  return at === digits.length ? pieces : undefined;
}

export const written = (fields: readonly Field[], separators: readonly string[] = []): string =>
  fields.map((field, i) => `{${field}}${separators[i] ?? ""}`).join("");
