import type { Dialect, Reading } from "./dialect.js";
import { DIALECTS } from "./dialects/index.js";
import { EntriesDigest } from "./digest.js";
import type { ListingEvidence, ListingMessage, UnfinishedLine } from "./evidence.js";
import { LISTING_LIMITS } from "./limits.js";
import type { ListingLimits } from "./limits.js";
import { LineSplitter } from "./line-splitter.js";
import type { Line } from "./line-splitter.js";
import type { ListedEntry } from "./listed-entry.js";
import { messageIn } from "./messages.js";

export type ListingStyle = "mlsd" | "list";

export interface ListingReaderOptions {
  readonly style: ListingStyle;
  /** The directory that was asked for: absolute, normalised. */
  readonly directory: string;
  /** Tells the year of dates without one. */
  readonly now: Date;
  readonly limits?: Partial<ListingLimits>;
}

// A line with one of these would be taken for another where it is read or shown: CR, and U+2028 and U+2029 in UTF-8.
const BROKEN = /\r|\xe2\x80[\xa8\xa9]/;
const BLANK = /^[\0 \t]*$/;

/**
 * Reads a listing as it arrives, and believes nothing of it: work and memory are bounded by what came, lines that can't be
 * read are counted, and what speaks against the listing is gathered as evidence. It asks nobody and decides nothing.
 */
export class ListingReader {
  readonly #options: ListingReaderOptions;
  readonly #limits: ListingLimits;
  readonly #dialects: readonly Dialect[];
  readonly #splitter: LineSplitter;
  readonly #digest = new EntriesDigest();
  readonly #unreadable: string[] = [];
  readonly #sample: string[] = [];
  /** The one that read the last line: the next line is likely its own. */
  #dialect: Dialect | undefined;
  #bytes = 0;
  #lines = 0;
  #entries = 0;
  #unread = 0;
  #self = false;
  #parent = false;
  #total = false;
  #message: ListingMessage | undefined;
  #limit: "bytes" | "lines" | undefined;

  constructor(options: ListingReaderOptions) {
    this.#options = options;
    this.#limits = { ...LISTING_LIMITS, ...options.limits };
    this.#dialects = DIALECTS[options.style];
    this.#splitter = new LineSplitter(this.#limits.line);
  }

  /** Whether a limit was reached: there is no use in reading on. */
  get full(): boolean {
    return this.#limit !== undefined;
  }

  /** The entries of the lines that end in this piece. */
  push(chunk: Buffer): ListedEntry[] {
    if (this.full) return [];
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.bytes) {
      this.#limit = "bytes";
      return [];
    }
    const entries: ListedEntry[] = [];
    for (const line of this.#splitter.push(chunk)) {
      const entry = this.#line(line);
      if (entry !== undefined) entries.push(entry);
      if (this.full) break;
    }
    return entries;
  }

  /** What is known once all of the text was pushed. */
  end(): ListingEvidence {
    return {
      unfinished: this.full ? undefined : this.#unfinished(),
      bytes: this.#bytes,
      lines: this.#lines,
      entries: this.#entries,
      showsSelf: this.#self,
      showsParent: this.#parent,
      showsTotal: this.#total,
      unreadable: this.#unread,
      unreadableLines: this.#unreadable,
      sample: this.#sample,
      elsewhere: [],
      message: this.#message,
      limit: this.#limit,
      digest: this.#digest.toString(),
    };
  }

  #unfinished(): UnfinishedLine | undefined {
    const line = this.#splitter.end();
    if (line === undefined || BLANK.test(line.text)) return undefined;
    const reading = this.#read(line);
    this.#lines++;
    const entry = reading?.is === "entry" ? reading.entry : undefined;
    if (reading === undefined) this.#puzzle(line.text);
    return { line: this.#shown(line.text), entry };
  }

  #line(line: Line): ListedEntry | undefined {
    if (BLANK.test(line.text)) return undefined;
    if (++this.#lines > this.#limits.lines) {
      this.#limit = "lines";
      return undefined;
    }
    if (this.#sample.length < this.#limits.shown) this.#sample.push(this.#shown(line.text));
    const reading = this.#read(line);
    if (reading === undefined) this.#puzzle(line.text);
    else if (reading.is === "self") this.#self = true;
    else if (reading.is === "parent") this.#parent = true;
    else if (reading.is === "total") this.#total = true;
    else if (reading.is === "entry") {
      this.#entries++;
      this.#digest.add(reading.entry);
      return reading.entry;
    }
    return undefined;
  }

  #read({ text, cut }: Line): Reading | undefined {
    if (cut || BROKEN.test(text)) return undefined;
    const known = this.#dialect?.read(text, this.#options);
    if (known !== undefined) return known;
    for (const dialect of this.#dialects) {
      if (dialect === this.#dialect) continue;
      const reading = dialect.read(text, this.#options);
      if (reading === undefined) continue;
      this.#dialect = dialect;
      return reading;
    }
    return undefined;
  }

  #puzzle(line: string): void {
    this.#unread++;
    const shown = this.#shown(line);
    if (this.#unreadable.length < this.#limits.shown) this.#unreadable.push(shown);
    this.#message ??= messageIn(shown);
  }

  #shown(line: string): string {
    return Buffer.from(line.slice(0, this.#limits.shownLength), "latin1").toString("utf8");
  }
}
