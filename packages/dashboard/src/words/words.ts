const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

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
  const pair = (large: number, l: string, small: number, s: string) =>
    small === 0 ? `${large} ${l}` : `${large} ${l} ${String(small).padStart(2, "0")} ${s}`;
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return pair(Math.floor(minutes / 1440), "d", Math.floor((minutes % 1440) / 60), "h");
}

/** 2025-01-01 18:00 UTC */
export function utc(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

// Kept: making one takes a hundred times as long as using it.
const NUMBER = new Intl.NumberFormat("en");
export const number = (n: number): string => NUMBER.format(n);

export function count(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** Never 100 % while anything is missing. */
export function percent(part: number, whole: number): string {
  return part === whole ? "100 %" : `${(Math.floor((10_000 * part) / whole) / 100).toFixed(2)} %`;
}
