import { invalid } from "./problem.js";

/** Where a page of a list ended. Opaque to clients, which hand it back as they got it. */
export type Cursor = readonly [...(string | number)[]];

export function writeCursor(place: Cursor): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** `shape` has a value of each field's type. Throws a 400 for what is no cursor of this list. */
export function readCursor<T extends Cursor>(text: string | undefined, shape: T): T | undefined {
  if (text === undefined) return undefined;
  try {
    const place: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const fits = (value: unknown, i: number) =>
      typeof value === typeof shape[i] && (typeof value !== "number" || Math.abs(value) <= 8.64e15);
    if (Array.isArray(place) && place.length === shape.length && place.every(fits))
      return place as unknown as T;
  } catch {
    // It isn't one of ours.
  }
  throw invalid("cursor must be one that a page of this list ended with");
}
