import type { NameCodec } from "@daybook/core";
import { nameCodec } from "../name-codec.js";
import { SHORT_LINE } from "./dialect.js";
import type { Dialect, LineContext, RawEntry, Reading } from "./dialect.js";
import { DIALECTS } from "./dialects/index.js";
import type { ListingEvidence, UnfinishedLine } from "./evidence.js";
import { EvidenceNotes } from "./evidence-notes.js";
import { LISTING_LIMITS } from "./limits.js";
import type { ListingLimits } from "./limits.js";
import { LineSplitter } from "./line-splitter.js";
import type { Line } from "./line-splitter.js";
import type { ListedEntry } from "./listed-entry.js";
import { placeOf, splitName } from "./listed-place.js";

export type ListingStyle = "mlsd" | "list";

export interface ListingReaderOptions {
  readonly style: ListingStyle;
  /** The directory that was asked for: absolute, normalised. */
  readonly directory: string;
  /** Tells the year of dates without one. */
  readonly now: Date;
  /** Default: names in UTF-8. */
  readonly codec?: NameCodec;
  readonly limits?: Partial<ListingLimits>;
  /** Default: all that are known of `style`. */
  readonly dialects?: readonly Dialect[];
}

// A line with one of these would be taken for another where it is read or shown: CR, and U+2028 and U+2029 in UTF-8.
const BROKEN = /\r|\xe2\x80[\xa8\xa9]/;
const BLANK = /^[\0 \t\r]*$/;
const ASCII = /^[\0-\x7f]*$/;

/**
 * Reads a listing as it arrives, and believes nothing of it: work and memory are bounded by what came, lines that can't be
 * read are counted, and what speaks against the listing is gathered as evidence. It asks nobody and decides nothing.
 */
export class ListingReader {
  readonly #directory: string;
  readonly #codec: NameCodec;
  readonly #limits: ListingLimits;
  readonly #dialects: readonly Dialect[];
  readonly #ofShortLines: readonly Dialect[];
  readonly #splitter: LineSplitter;
  readonly #notes: EvidenceNotes;
  readonly #context: LineContext & { previous?: Dialect };
  /** The beginning of an entry that takes two lines. */
  #begun: string | undefined;
  /** Whether what comes is of another directory, by the last heading. */
  #away: "below" | "elsewhere" | undefined;
  /** A heading has named the asked one. */
  #headed = false;
  #lastName = "";

  constructor({ style, directory, now, codec, limits, dialects }: ListingReaderOptions) {
    this.#directory = directory;
    this.#codec = codec ?? nameCodec();
    this.#limits = { ...LISTING_LIMITS, ...limits };
    this.#dialects = dialects ?? DIALECTS[style];
    this.#ofShortLines = this.#dialects.filter((dialect) => dialect.short);
    this.#splitter = new LineSplitter(this.#limits.line);
    this.#notes = new EvidenceNotes(this.#limits, (bytes) => this.#text(bytes));
    this.#context = { now, clock: { full: false }, text: (bytes) => this.#text(bytes) };
  }

  /** Whether a limit was reached: there is no use in reading on. */
  get full(): boolean {
    return this.#notes.limit !== undefined;
  }

  /** The entries of the lines that end in this piece. */
  push(chunk: Buffer): ListedEntry[] {
    if (this.full || !this.#notes.countBytes(chunk.length)) return [];
    const entries: ListedEntry[] = [];
    for (const line of this.#splitter.push(chunk)) {
      const entry = this.#line(line);
      if (entry === undefined) continue;
      this.#notes.entry(entry);
      entries.push(entry);
    }
    return entries;
  }

  /** What is known once all of the text was pushed. */
  end(): ListingEvidence {
    const unfinished = this.full ? undefined : this.#unfinished();
    if (this.#begun !== undefined) this.#notes.puzzle(this.#begun);
    this.#begun = undefined;
    return this.#notes.evidence(unfinished);
  }

  #unfinished(): UnfinishedLine | undefined {
    const line = this.#splitter.end();
    if (line === undefined || BLANK.test(line.text)) return undefined;
    const entry = this.#line(line);
    return { line: this.#notes.shown(line.text), entry };
  }

  #line(line: Line): ListedEntry | undefined {
    if (BLANK.test(line.text) || !this.#notes.line(line.text)) return undefined;
    const reading = line.cut || BROKEN.test(line.text) ? undefined : this.#read(line.text);
    switch (reading?.is) {
      case undefined:
        this.#notes.puzzle(line.text);
        return undefined;
      case "entry":
        // Where no heading told of the asked directory, one that tells of another may be wrong.
        if (this.#away === "elsewhere" && !this.#headed) this.#notes.puzzle(line.text);
        return this.#away ? undefined : this.#entry(reading.entry);
      case "begun":
        this.#begun = line.text;
        return undefined;
      case "self":
        this.#named(reading.directory);
        return undefined;
      case "parent":
        if (!this.#away) this.#notes.parent = true;
        return undefined;
      case "total":
        if (!this.#away) this.#notes.total = true;
        return undefined;
      case "heading":
        this.#away = this.#named(reading.directory);
        this.#headed ||= this.#away === undefined;
        return undefined;
      case "nothing":
        return undefined;
    }
  }

  #read(line: string): Reading | undefined {
    const begun = this.#begun;
    if (begun === undefined) return this.#readOne(line);
    this.#begun = undefined;
    // What is an entry by itself is no other's second line: that one was lost.
    const alone = /^[ \t]/.test(line) ? undefined : this.#readOne(line);
    if (alone?.is === "entry") {
      this.#notes.puzzle(begun);
      return alone;
    }
    const both = this.#readOne(`${begun} ${line.trimStart()}`);
    if (both !== undefined && both.is !== "begun") return both;
    this.#notes.puzzle(begun);
    return this.#readOne(line);
  }

  #readOne(line: string): Reading | undefined {
    const context = this.#context;
    const { previous } = context;
    const known = previous?.read(line, context);
    if (known !== undefined) return known;
    for (const dialect of line.length < SHORT_LINE ? this.#ofShortLines : this.#dialects) {
      if (dialect === previous) continue;
      const reading = dialect.read(line, context);
      if (reading === undefined) continue;
      context.previous = dialect;
      return reading;
    }
    return undefined;
  }

  #entry({ name: bytes, listed, versioned, nested, ...entry }: RawEntry): ListedEntry | undefined {
    let name = this.#name(bytes);
    const path = splitName(name);
    if (path !== undefined) {
      const place = placeOf(path.directory, this.#directory);
      if (place === "same") name = path.name;
      else if (place === "elsewhere" && !nested) this.#notes.namedElsewhere(path.directory);
    }
    if (versioned && name === this.#lastName) return undefined;
    this.#lastName = name;
    // "." and "..", of whatever type and behind whatever path, are nobody's files.
    if (name === "." || name === "..") return undefined;
    return listed === undefined ? { name, ...entry } : { name, ...entry, listed };
  }

  /** Where a directory that the listing names is; undefined for the one asked for. */
  #named(bytes: string): "below" | "elsewhere" | undefined {
    const directory = this.#name(bytes);
    const place = placeOf(directory, this.#directory);
    if (place === "same") this.#notes.self = true;
    if (place === "elsewhere") this.#notes.saidElsewhere(directory);
    return place === "same" ? undefined : place;
  }

  #name(bytes: string): string {
    return ASCII.test(bytes) ? bytes : this.#codec.decode(Buffer.from(bytes, "latin1"));
  }

  /** Words, not names: in the servers' encoding or, where it isn't known, as Latin-1. */
  #text(bytes: string): string {
    if (ASCII.test(bytes)) return bytes;
    const text = this.#name(bytes);
    return text.includes("‛") ? bytes : text;
  }
}
