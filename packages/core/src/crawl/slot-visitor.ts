import type { DaybookError } from "../errors/daybook-error.js";
import type { FetchTask } from "../fetch/fetch-task.js";
import { backoff } from "../plan/backoff.js";
import type { DueSlot } from "../plan/due-slot.js";
import { closesAt, nextVisit } from "../plan/schedule.js";
import type { LedgerChange, SlotVisit } from "../store/state-store.js";
import type { Lane } from "../transport/transport.js";
import { ChangingFiles } from "./changing-files.js";
import type { Decision } from "./file-decision.js";
import { FoundFiles } from "./found-files.js";
import { PathSet } from "./path-set.js";
import type { Source } from "./source.js";
import { walk, type Found, type Walked } from "./tree-walk.js";
import { unlisted } from "./unlisted.js";

export interface VisitOptions {
  readonly lane: Lane;
  readonly signal: AbortSignal;
  /** Writes to the ledger what a large slot's visit finds before it is over. */
  readonly record: (changes: readonly LedgerChange[]) => Promise<void>;
  /** Files are tried whose wait is only for a line that failed. Default false. */
  readonly impatient?: boolean;
  /** Told what is to be done about each wanted file. */
  readonly told?: (decision: Decision, found: Found) => void;
}

/** What one visit came to. */
export interface Visit {
  /** As it stands once the tasks are done. */
  readonly visit: SlotVisit;
  /** What is to be recorded still, in one transaction: the visit, and with it what wasn't recorded on the way. */
  readonly changes: LedgerChange[];
  readonly tasks: readonly FetchTask[];
  /** Where there are too many tasks to be kept: reads them from the ledger, once `changes` are recorded. */
  readonly more?: () => AsyncIterable<Decision>;
  /** Files of ours that were listed and wanted. */
  readonly found: number;
  /** Why the source couldn't be asked, if it couldn't. A directory that failed among others is none of it. */
  readonly error?: DaybookError;
}

/** Of one run. */
const MOST_WARNINGS = 10;
const NONE = Object.freeze({ count: 0, names: Object.freeze([]) });

/** Lists one slot and finds what is new in it. Rejects only when cancelled, or when ledger or disk fail. */
export class SlotVisitor {
  readonly #source: Source;
  readonly #changing: ChangingFiles;
  #warned = 0;

  constructor(source: Source, changing = new ChangingFiles(source.policy)) {
    this.#source = source;
    this.#changing = changing;
  }

  async visit(planned: DueSlot, options: VisitOptions): Promise<Visit> {
    const { layout, transport, clock, time, policy, range } = this.#source;
    const { slot, window } = planned;
    const { lane, signal, record, impatient = false, told } = options;
    const began = clock.now();
    const sure = time.sure().getTime();
    const listed = new PathSet();
    const opening = () => this.#opening(planned);
    const [source, changing] = [this.#source, this.#changing];
    const given = { source, planned, lane, changing, listed, record, opening, impatient, told };
    const files = new FoundFiles(given);
    const take = (found: readonly Found[]) => files.take(found);
    const walked = await walk(slot, layout, transport, {
      lane,
      signal,
      listed,
      take,
      range,
      links: policy.links,
    });
    const changes = await files.finish();

    this.#warn(planned, walked, files);
    const { outcome, skipped, unreadable, error } = walked;
    if (outcome === "failed") {
      const visit = this.#failed(planned, walked);
      return this.#recorded(planned, visit, files, [...changes, ...this.#news(planned, visit)], error);
    }
    const now = clock.now();
    const proven = outcome !== "truncated";
    if (proven) {
      const gone = {
        certain: unreadable.count === 0,
        at: now,
        record: (some: LedgerChange[]) => files.record(some),
      };
      for (const change of await unlisted(this.#source, planned, listed, gone)) changes.push(change);
    }
    const base = proven
      ? {
          ...this.#facts(planned, now),
          listedAt: now,
          // What the clock alone says to be over may be yet to come.
          closed: sure >= closesAt(window, policy),
          // A look that began while the clock was ahead is none of that time.
          nextVisitAt: nextVisit(
            window,
            { began: Math.min(began.getTime(), now.getTime()), ended: now.getTime(), sure },
            policy,
          ),
          failures: 0,
        }
      : this.#failing(planned, now);
    const visit: SlotVisit = { ...base, listing: outcome, ...this.#told(walked, files), skipped };
    return this.#recorded(planned, visit, files, changes);
  }

  /** A slot that holds nothing but files of other times isn't empty: what is there could not be taken. */
  #told(
    { reason, unreadable }: Walked,
    { count, leftOut }: FoundFiles,
  ): Pick<SlotVisit, "reason" | "unreadable"> {
    if (count > 0 || leftOut.words === undefined || reason !== undefined) return { reason, unreadable };
    const words = `of what it holds nothing is wanted: ${leftOut.words}`;
    if (leftOut.outside === 0) return { reason: words, unreadable };
    return {
      reason: words,
      unreadable: { count: unreadable.count + 1, names: [words, ...unreadable.names] },
    };
  }

  /** Files that are left out for their names' time are told of, slot by slot, but not of slots without end. */
  #warn({ slot, previous }: DueSlot, { skipped, strays }: Walked, { leftOut }: FoundFiles): void {
    const { name: source, emit, clock } = this.#source;
    const count = strays.count + leftOut.strays.count;
    // A visit that is like the last one has no news.
    const known = previous?.skipped.count === skipped.count && previous.listing !== "failed";
    if (count === 0 || known || this.#warned >= MOST_WARNINGS) return;
    this.#warned++;
    const names = [...strays.names, ...leftOut.strays.names];
    const files = count === 1 ? "1 file is" : `${count} files are`;
    const detail = `${files} left out in ${slot.path}: ${names.join(", ")}${count > names.length ? ", …" : ""}`;
    emit({ type: "source-warning", source, at: clock.now(), detail });
  }

  /** The visit of a slot that can't be asked for. */
  failed(planned: DueSlot, error: DaybookError): Visit {
    const visit = this.#failed(planned, { reason: error.detail, skipped: NONE, unreadable: NONE });
    const changes: LedgerChange[] = [{ kind: "visit", visit }, ...this.#news(planned, visit)];
    return { visit, changes, tasks: [], found: 0, error };
  }

  #recorded(
    { slot, previous }: DueSlot,
    base: SlotVisit,
    files: FoundFiles,
    changes: readonly LedgerChange[],
    error?: DaybookError,
  ): Visit {
    const again = Math.min(base.nextVisitAt?.getTime() ?? Infinity, files.again);
    const visit = { ...base, path: slot.path, nextVisitAt: again === Infinity ? undefined : new Date(again) };
    const { tasks, elsewhere, count: found } = files;
    const more = elsewhere ? () => files.pending() : undefined;
    // While files are on their way the slot is due at once, so that a run that dies here is followed by a look.
    const judged = this.#source.policy.expect !== undefined && visit.closed;
    const due = tasks.length > 0 || elsewhere || judged ? { ...visit, nextVisitAt: visit.visitedAt } : visit;
    // Until it is judged it is what it was: nothing is called complete that may owe more.
    const first = judged ? { ...due, closed: previous?.closed ?? false, lacking: previous?.lacking } : due;
    return { visit, changes: [{ kind: "visit", visit: first }, ...changes], tasks, more, found, error };
  }

  #failed(
    planned: DueSlot,
    { reason, skipped, unreadable }: Pick<Walked, "reason" | "skipped" | "unreadable">,
  ) {
    const { previous } = planned;
    const kept = <K extends "skipped" | "unreadable">(key: K, own: SlotVisit[K]) =>
      own.count > 0 ? own : (previous?.[key] ?? NONE);
    return {
      ...this.#failing(planned, this.#source.clock.now()),
      listing: "failed" as const,
      reason,
      skipped: kept("skipped", skipped),
      unreadable: kept("unreadable", unreadable),
    };
  }

  /** The same failure again and again is one piece of news. */
  #news({ previous, slot }: DueSlot, { reason, visitedAt: at }: SlotVisit): LedgerChange[] {
    if (previous?.reason === reason) return [];
    const { name: source } = this.#source;
    const event = { source, path: slot.path, at, what: "listing-failed", detail: reason };
    return [{ kind: "event", event }];
  }

  /** A slot that is being listed for the first time: it proves nothing yet, and is due. */
  #opening(planned: DueSlot): LedgerChange {
    const now = this.#source.clock.now();
    const facts = { ...this.#facts(planned, now), nextVisitAt: now, closed: false, failures: 0 };
    return { kind: "visit", visit: { ...facts, listing: "entries", skipped: NONE, unreadable: NONE } };
  }

  #facts({ slot, window }: DueSlot, visitedAt: Date) {
    const { name, policy } = this.#source;
    const { start, end } = window;
    return { source: name, path: slot.path, start, end, visitedAt, selection: policy.selection };
  }

  /** What a visit that proves nothing leaves as it was, and when to try again. */
  #failing(planned: DueSlot, now: Date) {
    const { policy, random } = this.#source;
    const failures = (planned.previous?.failures ?? 0) + 1;
    const wait = backoff(failures, policy.retryDelay, policy.maxRetryDelay, random);
    return {
      ...this.#facts(planned, now),
      listedAt: planned.previous?.listedAt,
      closed: planned.previous?.closed ?? false,
      nextVisitAt: new Date(now.getTime() + wait),
      failures,
    };
  }
}
