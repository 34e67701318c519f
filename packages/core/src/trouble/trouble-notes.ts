import { inShort } from "../errors/daybook-error.js";
import type { CrawlEvent, Observer } from "../observe/observer.js";
import type { LedgerNote } from "../store/ledger-note.js";
import type { LedgerChange, StateStore } from "../store/state-store.js";
import type { Trouble, TroubleCause } from "./trouble.js";

const PREFIX = "trouble/";
const CAUSES: readonly string[] = ["clock", "login", "destination", "stopped"] satisfies TroubleCause[];

export interface TroubleNotesOptions {
  readonly store: Pick<StateStore, "notes" | "record">;
  /** The sources of this run that keep their files where this one does, itself among them. */
  readonly sharing: (source: string) => readonly string[];
}

/** Notes in the ledger what stands in a run's way, and takes it out when that is over. What can't be noted is not. */
export class TroubleNotes implements Observer {
  readonly #options: TroubleNotesOptions;
  #known = new Set<string>();
  /** One after another: the last word counts. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: TroubleNotesOptions) {
    this.#options = options;
  }

  /** What earlier runs left; where the ledger can't tell, that stays for the next run. */
  async recall(): Promise<void> {
    const notes = await this.#options.store.notes(PREFIX).catch(() => []);
    this.#known = new Set(notes.map(({ key }) => key));
  }

  on(event: CrawlEvent): void {
    const { source, at } = event;
    switch (event.type) {
      case "source-paused": {
        const { because: cause, error, nextTryAt } = event;
        // What can't be read takes no notes either.
        if (cause === "ledger") return;
        for (const name of cause === "destination" ? this.#options.sharing(source) : [source])
          this.#note({ ...wordsOf(error), source: name, cause, since: at, nextTryAt });
        return;
      }
      case "source-resumed":
        if (event.because === "ledger") return;
        for (const name of event.because === "destination" ? this.#options.sharing(source) : [source])
          this.#forget(event.because, name, at);
        return;
      case "source-failed":
        this.#over(source, at);
        // Another program crawls it, or somebody stopped it: that is no trouble.
        if (event.error.kind === "busy" || event.error.kind === "cancelled") return;
        return this.#note({ ...wordsOf(event.error), source, cause: "stopped", since: at });
      case "source-started":
      case "source-finished":
        return this.#over(source, at);
    }
  }

  /** Why the clock isn't believed; undefined: it is. */
  clock(detail: string | undefined, at: Date): void {
    if (detail === undefined) this.#forget("clock", "", at);
    else this.#note({ source: "", cause: "clock", detail, since: at });
  }

  /** Resolves when all is written that can be. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #over(source: string, at: Date): void {
    for (const cause of ["login", "destination", "stopped"] as const) this.#forget(cause, source, at);
  }

  #note({ source, cause, since, ...facts }: Trouble): void {
    const key = keyOf(cause, source);
    this.#known.add(key);
    const value = JSON.stringify({ ...facts, detail: inShort(facts.detail) });
    this.#write({ kind: "note", key, value, at: since });
  }

  #forget(cause: TroubleCause, source: string, at: Date): void {
    const key = keyOf(cause, source);
    if (this.#known.delete(key)) this.#write({ kind: "note", key, at });
  }

  #write(change: LedgerChange): void {
    const write = () => this.#options.store.record([change]);
    this.#writing = this.#writing.then(write).catch(() => undefined);
  }
}

/** What lasts now, by what runs have noted. */
export async function troubles(store: Pick<StateStore, "notes">): Promise<Trouble[]> {
  return (await store.notes(PREFIX)).flatMap((note) => troubleOf(note) ?? []);
}

function troubleOf({ key, value, at }: LedgerNote): Trouble | undefined {
  const [cause = "", ...rest] = key.slice(PREFIX.length).split("/");
  try {
    const { detail, kind, code, nextTryAt } = JSON.parse(value) as Record<string, unknown>;
    // Not ours, or of a Daybook to come.
    if (!CAUSES.includes(cause) || typeof detail !== "string") return undefined;
    const next = typeof nextTryAt === "string" ? new Date(nextTryAt) : undefined;
    return {
      source: rest.join("/"),
      cause: cause as TroubleCause,
      detail,
      ...(typeof kind === "string" && { kind: kind as Trouble["kind"] }),
      ...(typeof code === "string" && { code }),
      since: at,
      ...(next && !Number.isNaN(next.getTime()) && { nextTryAt: next }),
    };
  } catch {
    return undefined;
  }
}

const wordsOf = ({ detail, kind, code }: Pick<Trouble, "detail" | "kind" | "code">) => ({
  detail,
  kind,
  code,
});

const keyOf = (cause: TroubleCause, source: string): string => `${PREFIX}${cause}/${source}`;
