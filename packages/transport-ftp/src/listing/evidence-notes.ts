import { EntriesDigest } from "./digest.js";
import type { ListingEvidence, ListingMessage, UnfinishedLine } from "./evidence.js";
import type { ListingLimits } from "./limits.js";
import type { ListedEntry } from "./listed-entry.js";
import { messageIn } from "./messages.js";

/** Gathers evidence while a listing is read. Keeps few lines, however many there are. */
export class EvidenceNotes {
  self = false;
  parent = false;
  total = false;
  readonly #limits: ListingLimits;
  readonly #text: (bytes: string) => string;
  readonly #digest = new EntriesDigest();
  readonly #unreadableLines: string[] = [];
  readonly #sample: string[] = [];
  readonly #said: string[] = [];
  readonly #namedBy: string[] = [];
  #bytes = 0;
  #lines = 0;
  #entries = 0;
  #unreadable = 0;
  #namesElsewhere = 0;
  #message: ListingMessage | undefined;
  #limit: "bytes" | "lines" | undefined;

  /** `text` tells what a line's bytes mean. */
  constructor(limits: ListingLimits, text: (bytes: string) => string) {
    this.#limits = limits;
    this.#text = text;
  }

  get limit(): "bytes" | "lines" | undefined {
    return this.#limit;
  }

  /** False from the byte on that is too much. */
  countBytes(count: number): boolean {
    this.#bytes += count;
    if (this.#bytes > this.#limits.bytes) this.#limit ??= "bytes";
    return this.#limit === undefined;
  }

  /** False from the line on that is too much. */
  line(line: string): boolean {
    if (this.#limit !== undefined) return false;
    if (this.#lines >= this.#limits.lines) {
      this.#limit = "lines";
      return false;
    }
    this.#lines++;
    if (this.#sample.length < this.#limits.shown) this.#sample.push(this.shown(line));
    return true;
  }

  entry(entry: ListedEntry): void {
    this.#entries++;
    this.#digest.add(entry);
  }

  /** A line that no dialect reads. One that says that there is nothing has been understood all the same. */
  puzzle(line: string): void {
    const keep = this.#unreadableLines.length < this.#limits.shown;
    if (!keep && this.#message !== undefined) {
      this.#unreadable++;
      return;
    }
    const shown = this.shown(line);
    const message = messageIn(shown);
    this.#message ??= message;
    if (message?.meaning === "nothing") return;
    this.#unreadable++;
    if (keep) this.#unreadableLines.push(shown);
  }

  /** The listing itself says that it is of another directory. */
  saidElsewhere(directory: string): void {
    this.#keep(this.#said, directory);
  }

  /** A name came with the path of another directory. */
  namedElsewhere(directory: string): void {
    this.#namesElsewhere++;
    this.#keep(this.#namedBy, directory);
  }

  #keep(few: string[], directory: string): void {
    const shown = directory.slice(0, this.#limits.shownLength);
    if (few.length < this.#limits.shown && !few.includes(shown)) few.push(shown);
  }

  shown(line: string): string {
    return this.#text(line.slice(0, this.#limits.shownLength));
  }

  evidence(unfinished: UnfinishedLine | undefined): ListingEvidence {
    // A listing of another directory shows a path before each name. One among others is an odd name, no more.
    const all = this.#namesElsewhere > 0 && this.#namesElsewhere === this.#entries;
    return {
      bytes: this.#bytes,
      lines: this.#lines,
      entries: this.#entries,
      showsSelf: this.self,
      showsParent: this.parent,
      showsTotal: this.total,
      unreadable: this.#unreadable,
      unreadableLines: this.#unreadableLines,
      sample: this.#sample,
      elsewhere: all ? [...this.#said, ...this.#namedBy] : this.#said,
      namesElsewhere: all ? this.#namesElsewhere : 0,
      unfinished,
      message: this.#message,
      limit: this.#limit,
      digest: this.#digest.toString(),
    };
  }
}
