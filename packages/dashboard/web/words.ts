const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
const DAY = 86_400_000;

export function bytes(count: number): string {
  let [value, unit] = [count, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value.toFixed(unit === 0 || value >= 99.95 ? 0 : 1)} ${UNITS[unit]}`;
}

/** The two largest units: 12 s, 3 min, 2 h 05 min, 3 d 04 h. */
export function duration(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return `${hours} h${minutes % 60 > 0 ? ` ${String(minutes % 60).padStart(2, "0")} min` : ""}`;
  return `${Math.floor(hours / 24)} d${hours % 24 > 0 ? ` ${String(hours % 24).padStart(2, "0")} h` : ""}`;
}

export const number = (n: number): string => n.toLocaleString("en");
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${number(n)} ${n === 1 ? one : many}`;

/** Never 100 % while anything is missing. */
export function percent(part: number, whole: number): string {
  return part === whole ? "100 %" : `${(Math.floor((10_000 * part) / whole) / 100).toFixed(2)} %`;
}

/** 2025-01-01 18:00 */
export const minute = (iso: string): string => iso.slice(0, 16).replace("T", " ");
/** 2025-01-01 18:30:20 */
export const second = (iso: string): string => iso.slice(0, 19).replace("T", " ");
export const dayText = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);
export const dayNumber = (date: string): number =>
  Math.floor(Date.parse(`${date.slice(0, 10)}T00:00Z`) / DAY);

/** Wednesday 1 January 2025 */
export const longDay = (day: number): string =>
  new Date(day * DAY).toLocaleDateString("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

// What could turn the direction of reading or be drawn as nothing, in names that a stranger chose.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
export const printable = (text: string): string =>
  text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
