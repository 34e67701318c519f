import type { ListedTime } from "./listed-time.js";

/** An entry with its name as bytes: a character for each. */
export interface RawEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "link" | "other";
  readonly size?: number;
  readonly modifiedAt?: Date;
  readonly listed?: ListedTime;
  /** One of several versions, newest first: the name alone means the newest. */
  readonly versioned?: boolean;
  /** Whether entries of directories below are listed, too, with their paths. */
  readonly nested?: boolean;
}

/** What one line of a listing says. */
export type Reading =
  | { readonly is: "entry"; readonly entry: RawEntry }
  /** cdir; `directory` as it is named there. */
  | { readonly is: "self"; readonly directory: string }
  | { readonly is: "parent" }
  /** "total 8" and the like. */
  | { readonly is: "total" }
  /** The titles of columns, or what is true but says nothing of this directory. */
  | { readonly is: "nothing" }
  /** "/pub/L:", "Directory of /pub/L": what follows is of this directory. */
  | { readonly is: "heading"; readonly directory: string }
  /** The rest is on the next line. */
  | { readonly is: "begun" };

export interface LineContext {
  readonly now: Date;
  /** The dialect that read the line before. */
  readonly previous?: Dialect;
  /** Whether the listing has shown a time that only a clock of 24 hours has. */
  readonly clock: { full: boolean };
  /** What bytes mean that aren't a name. */
  text(bytes: string): string;
}

/** Hardly any line is shorter: a listing of nothing but such lines must cost little. */
export const SHORT_LINE = 9;

/**
 * One way in which servers write listings. Its patterns begin at the line's first character and never try the same
 * characters in two ways, so that a line costs what it is long.
 */
export interface Dialect {
  readonly name: string;
  /** Whether it has lines of fewer characters than `SHORT_LINE`. */
  readonly short?: boolean;
  /** `line` holds a character for each byte, without its end. Undefined where it isn't written in this way. */
  read(line: string, context: LineContext): Reading | undefined;
}

/** Bytes, as digits only. Undefined for what can't be a size, so that the whole line can't be believed. */
export function fileSize(text: string | undefined): number | undefined {
  const size = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(size) ? size : undefined;
}

/** An entry, or nothing where a file's size is given and can't be one. */
export function entryOf(entry: Omit<RawEntry, "size">, size?: string): Reading | undefined {
  if (entry.name === "") return undefined;
  if (entry.type !== "file" || size === undefined) return { is: "entry", entry };
  const bytes = fileSize(size);
  return bytes === undefined ? undefined : { is: "entry", entry: { ...entry, size: bytes } };
}
