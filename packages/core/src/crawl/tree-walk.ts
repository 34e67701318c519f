import { DaybookError, isDaybookError, printable } from "../errors/daybook-error.js";
import type { Observation, PathLayout, Slot } from "../layout/path-layout.js";
import type { ListingOutcome, Skipped } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";
import type { SourcePolicy } from "../plan/policy.js";
import { unsafeName } from "../transport/safe-name.js";
import type { Listing, RemoteEntry, Transport, TransportCallOptions } from "../transport/transport.js";
import { Breath } from "./breath.js";
import { PathSet } from "./path-set.js";
import { refusal } from "./refusal.js";
import { Tally } from "./tally.js";

/** A remote file that the layout knows. */
export interface Found {
  readonly path: string;
  readonly entry: RemoteEntry;
  readonly observation: Observation;
  /** Whether its path was listed before in the same walk. */
  readonly again?: boolean;
}

/** What one walk through a slot came to, but for its files. */
export interface Walked {
  /** "failed": a directory could not be listed. What the others hold was handed over all the same. */
  readonly outcome: ListingOutcome;
  readonly skipped: Skipped;
  readonly unreadable: Skipped;
  /** Of those skipped: names that would be ours in another folder, or at another time. */
  readonly strays: Skipped;
  /** Why it failed or isn't whole, or what may not be listed. */
  readonly reason?: string;
  /** Where it isn't one directory that failed: directories that were left were not asked for. */
  readonly error?: DaybookError;
}

export interface WalkOptions extends TransportCallOptions {
  /**
   * Given the files that the layout knows as they are listed, a thousand at most; the same one may come twice. The walk
   * waits for it, with a connection in its hands: it must not wait for another.
   */
  readonly take: (found: readonly Found[]) => Promise<void>;
  /** The paths of all files that are listed are put in here, before they are taken. */
  readonly listed: PathSet;
  readonly links: SourcePolicy["links"];
  /** Folders that surely hold nothing of it aren't entered. */
  readonly range: TimeRange;
  /** How many directories may be asked for; default all. For who looks at a sample. */
  readonly most?: number;
}

/** Entries looked at in one piece, whatever a transport hands over. */
const BATCH = 1000;
/** Directories that fail one after the other, as a server does that has gone, before the rest isn't asked for. */
const PATIENCE = 3;
const WHAT = { directory: "a directory", link: "a link", other: "not a file" };
/** Characters of a reason that are kept. */
const WORDS = 500;

/** Lists a slot's directory and every directory below it that the layout enters, side by side. Rejects only when cancelled. */
export async function walk(
  slot: Slot,
  layout: PathLayout,
  transport: Pick<Transport, "list" | "stat" | "capabilities">,
  options: WalkOptions,
): Promise<Walked> {
  return new Walk(slot, layout, transport, options).run();
}

class Walk {
  readonly #slot: Slot;
  readonly #layout: PathLayout;
  readonly #transport: Pick<Transport, "list" | "stat" | "capabilities">;
  readonly #options: WalkOptions;
  readonly #skipped = new Tally();
  readonly #unreadable = new Tally();
  readonly #strays = new Tally();
  readonly #entered = new PathSet();
  /** The next one is the last. */
  readonly #directories: string[];
  /** Names of links that are to be followed, by their directory. */
  readonly #links = new Map<string, string[]>();
  readonly #failed = new Tally(WORDS);
  readonly #refused = new Tally(WORDS);
  readonly #doubtful = new Tally(WORDS);
  /** Directories that could not be listed since one could. */
  #inARow = 0;
  #error: DaybookError | undefined;
  #stopped: unknown;
  #found = false;
  #missing = false;

  constructor(
    slot: Slot,
    layout: PathLayout,
    transport: Pick<Transport, "list" | "stat" | "capabilities">,
    options: WalkOptions,
  ) {
    this.#slot = slot;
    this.#layout = layout;
    this.#transport = transport;
    this.#options = options;
    this.#directories = [slot.path];
  }

  async run(): Promise<Walked> {
    const lanes = Math.max(1, this.#transport.capabilities.parallelism);
    const { most = Infinity } = this.#options;
    const under = new Set<Promise<void>>();
    let asked = 0;
    while (this.#directories.length > 0 || under.size > 0) {
      while (this.#directories.length > 0 && under.size < lanes && asked < most && !this.#over) {
        asked++;
        const one: Promise<void> = this.#list(this.#directories.pop()!)
          .catch((error: unknown) => void (this.#stopped ??= error))
          .finally(() => under.delete(one));
        under.add(one);
      }
      if (this.#over || asked >= most) this.#directories.length = 0;
      if (under.size > 0) await Promise.race(under);
    }
    if (this.#stopped !== undefined) throw this.#stopped;
    return {
      outcome: this.#outcome,
      skipped: this.#skipped.facts,
      unreadable: this.#unreadable.facts,
      strays: this.#strays.facts,
      reason: this.#reason,
      error: this.#error,
    };
  }

  get #over(): boolean {
    return this.#stopped !== undefined || this.#error !== undefined;
  }

  get #outcome(): ListingOutcome {
    if (this.#failed.count > 0) return "failed";
    if (this.#doubtful.count > 0) return "truncated";
    return this.#missing ? "missing" : this.#found ? "entries" : "empty";
  }

  get #reason(): string | undefined {
    const tally = [this.#failed, this.#doubtful, this.#refused].find(({ count }) => count > 0);
    if (tally === undefined) return undefined;
    const more = tally.count - 1;
    const others = more > 0 && tally !== this.#doubtful ? `, and so for ${more} more` : "";
    return `${tally.names[0]!}${others}`;
  }

  async #list(directory: string): Promise<void> {
    const { lane, signal } = this.#options;
    let listing: Listing;
    try {
      const take = (entries: readonly RemoteEntry[]) => this.#take(directory, entries);
      listing = await this.#transport.list(directory, { lane, signal, take });
    } catch (cause) {
      // What `take` rejects with comes from within.
      if (this.#stopped !== undefined) throw cause;
      return this.#fails(directory, asListingError(cause));
    }
    this.#inARow = 0;
    if (!listing.complete) this.#doubts(directory, listing);
    for (const line of listing.unreadable ?? []) this.#unreadable.add(line);
    await this.#take(directory, listing.entries);
    await this.#follow(directory);
  }

  /** Asks what a directory's links lead to; once it is listed, since that may take its only connection. */
  async #follow(directory: string): Promise<void> {
    const { lane, signal } = this.#options;
    const links = this.#links.get(directory) ?? [];
    this.#links.delete(directory);
    for (const name of links) {
      const path = below(directory, name);
      try {
        const entry = await this.#transport.stat!(path, { lane, signal });
        await this.#take(directory, [{ ...entry, name, type: entry.type === "link" ? "other" : entry.type }]);
      } catch (cause) {
        if (this.#stopped !== undefined) throw cause;
        const error = asListingError(cause);
        if (error.kind === "not-found") this.#skipped.add(`${path} (a link that leads nowhere)`);
        else this.#fails(path, error);
        if (this.#over) return;
      }
    }
  }

  /** Why a name of ours isn't taken is worth a word. */
  #skip(path: string): void {
    const why = this.#layout.misfit?.(path);
    this.#skipped.add(why === undefined ? path : `${path} (${why})`);
    if (why !== undefined) this.#strays.add(`${path.slice(path.lastIndexOf("/") + 1)} (${why})`);
  }

  #isFollowed(path: string): boolean {
    if (this.#options.links === "skip" || this.#transport.stat === undefined) return false;
    return this.#layout.parse(path) !== undefined || this.#enters(path);
  }

  #enters(directory: string): boolean {
    return this.#layout.enters(this.#slot, directory, this.#options.range);
  }

  #fails(directory: string, error: DaybookError): void {
    const own = directory === this.#slot.path;
    if (error.kind === "cancelled") throw error;
    // One that vanished meanwhile is as good as empty.
    if (error.kind === "not-found") return void (this.#missing ||= own);
    if (error.kind === "permission") {
      const words = refusal(directory, error.detail);
      this.#unreadable.add(words);
      return this.#refused.add(words);
    }
    this.#failed.add(own ? error.detail : `${directory} could not be listed: ${error.detail}`);
    if (own || error.operation === "connect" || ++this.#inARow >= PATIENCE) this.#error ??= error;
  }

  #doubts(directory: string, { reason, evidence = [] }: Listing): void {
    const words = reason ?? "the server cut its listing off";
    // What is said of hosts is said of all their directories, in the same words for as long as it is so.
    const named = directory !== this.#slot.path && (reason === undefined || evidence.length > 0);
    const lines = evidence.map((line) => `"${printable(line).slice(0, 120)}"`).join(", ");
    this.#doubtful.add(`${named ? `${directory}: ` : ""}${words}${lines && `: ${lines}`}`);
  }

  async #take(directory: string, entries: readonly RemoteEntry[]): Promise<void> {
    try {
      for (let from = 0; from < entries.length; from += BATCH)
        await this.#takeSome(directory, entries.slice(from, from + BATCH));
    } catch (error) {
      this.#stopped ??= error;
      throw error;
    }
  }

  async #takeSome(directory: string, entries: readonly RemoteEntry[]): Promise<void> {
    const found: Found[] = [];
    const folders: string[] = [];
    const links: string[] = [];
    const { listed } = this.#options;
    const breath = new Breath();
    for (const entry of entries) {
      if (breath.due) await breath.take();
      const reason = unsafeName(entry.name);
      const path = below(directory, entry.name);
      if (reason !== undefined) this.#skipped.add(`${entry.name} (${reason})`);
      else if (entry.type === "directory" && this.#enters(path)) {
        if (this.#entered.add(path)) folders.push(path);
      } else if (entry.type === "link" && this.#isFollowed(path)) links.push(entry.name);
      else if (entry.type !== "file") this.#skipped.add(`${path} (${WHAT[entry.type]})`);
      else {
        const again = !listed.add(path);
        const observation = this.#layout.parse(path);
        if (observation === undefined) this.#skip(path);
        else found.push({ path, entry, observation, again });
      }
    }
    for (const path of folders.reverse()) this.#directories.push(path);
    if (links.length > 0) this.#links.set(directory, (this.#links.get(directory) ?? []).concat(links));
    if (found.length === 0) return;
    this.#found = true;
    await this.#options.take(found);
  }
}

function below(directory: string, name: string): string {
  return `${directory === "/" ? "" : directory}/${name}`;
}

export function asListingError(error: unknown): DaybookError {
  if (isDaybookError(error)) return error;
  return new DaybookError("protocol", error instanceof Error ? error.message : String(error), {
    operation: "list",
    cause: error,
  });
}
