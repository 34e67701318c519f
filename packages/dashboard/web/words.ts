export * from "../src/words/words.js";

const DAY = 86_400_000;

/** 2025-01-01 18:00 */
export const minute = (iso: string): string => iso.slice(0, 16).replace("T", " ");
/** 2025-01-01 18:30:20 */
export const second = (iso: string): string => iso.slice(0, 19).replace("T", " ");
export const dayText = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);
export const dayNumber = (date: string): number =>
  Math.floor(Date.parse(`${date.slice(0, 10)}T00:00Z`) / DAY);

// Kept, like the format of numbers.
const LONG_DAY = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const MONTH = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" });

/** Wednesday 1 January 2025 */
export const longDay = (day: number): string => LONG_DAY.format(day * DAY);
/** Jan, of 2025-01-31 */
export const monthName = (date: string): string => MONTH.format(dayNumber(date) * DAY);

export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

// What could turn the direction of reading or be drawn as nothing, in names that a stranger chose.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
export const printable = (text: string): string =>
  text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
