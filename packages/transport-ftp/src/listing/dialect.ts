import type { ListedEntry } from "./listed-entry.js";

/** What one line of a listing says. */
export type Reading =
  | { readonly is: "entry"; readonly entry: ListedEntry }
  /** "." or cdir; `directory` where it is named. */
  | { readonly is: "self"; readonly directory?: string }
  /** ".." or pdir. */
  | { readonly is: "parent" }
  /** "total 8" and the like. */
  | { readonly is: "total" }
  /** A column's title, a blank or anything else without meaning. */
  | { readonly is: "nothing" }
  /** "/pub/L:", "Directory of /pub/L": what follows is of this directory. */
  | { readonly is: "heading"; readonly directory: string };

export interface LineContext {
  readonly now: Date;
}

/** One way in which servers write listings. */
export interface Dialect {
  readonly name: string;
  /** `line` holds a character for each byte, without its end. Undefined where it isn't written in this way. */
  read(line: string, context: LineContext): Reading | undefined;
}
