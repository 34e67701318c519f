/** Never part of a name: controls, the other separator, and halves of a character that UTF-8 can't write. */
export const UNSAFE_CHARACTER = /[\\\p{Cc}\p{Cs}]/u;

/** Whether a text can be one segment of a path: not empty, no separators, no controls, not "." or "..". */
export function isSafeSegment(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !name.includes("/") && !UNSAFE_CHARACTER.test(name);
}
