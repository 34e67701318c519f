import type { ListedEntry } from "./listed-entry.js";

/**
 * What a listing tells beside its entries. A reader of listings decides nothing: whether a directory has entries, is
 * empty, missing, refused or in doubt follows from this together with the server's replies.
 */
export interface ListingEvidence {
  /** Of the text as it came. */
  readonly bytes: number;
  /** Lines with anything in them, whatever they were. */
  readonly lines: number;
  /** Entries given out; "." and ".." are not among them. */
  readonly entries: number;
  /** Whether there was a line for the directory itself ("." or cdir), or a heading that names it. */
  readonly showsSelf: boolean;
  /** Whether there was a line for the directory above (".." or pdir). */
  readonly showsParent: boolean;
  /** Whether a line such as "total 8" stood there: the directory exists and was opened. */
  readonly showsTotal: boolean;
  /** Lines for neither an entry nor anything else that a listing may hold. A file may hide behind one. */
  readonly unreadable: number;
  /** The first few of them, raw, cut. */
  readonly unreadableLines: readonly string[];
  /** The first few lines of all, raw, cut: to show where the listing is in doubt. */
  readonly sample: readonly string[];
  /**
   * Directories that the listing says it is of (paths before all names, cdir, the headings of `ls -R`) that can't be the
   * one asked for; the first few. Names with such paths are given out as they came, and nobody takes them for files.
   */
  readonly elsewhere: readonly string[];
  /** How many names came with such a path, where all did: one among others is an odd name and no evidence. */
  readonly namesElsewhere: number;
  /** A last line without its end: perhaps all of a name, perhaps half of it. Its entry wasn't given out. */
  readonly unfinished?: UnfinishedLine;
  /** A text where the listing, or a line of it, should be: the first one. */
  readonly message?: ListingMessage;
  /** The limit that was reached: what came after it wasn't read. */
  readonly limit?: "bytes" | "lines";
  /**
   * Stands for the entries with their types, sizes and times, in any order: "" without entries. Directories that differ
   * hardly ever share it, those of a server that lists the same one whatever it is asked for always do.
   */
  readonly digest: string;
}

export interface UnfinishedLine {
  /** Raw, cut. */
  readonly line: string;
  /** What it says, if it is whole. */
  readonly entry?: ListedEntry;
}

/**
 * "nothing": there is a directory without files ("No files found"). "missing", "refused": it could not be opened, or isn't
 * there. "failed": anything else that went wrong.
 */
export interface ListingMessage {
  readonly meaning: "nothing" | "missing" | "refused" | "failed";
  /** Raw, cut. */
  readonly text: string;
}
