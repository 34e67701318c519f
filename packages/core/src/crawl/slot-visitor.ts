import { DaybookError } from "../errors/daybook-error.js";
import type { FetchTask } from "../fetch/fetch-task.js";
import { backoff } from "../plan/backoff.js";
import type { DueSlot } from "../plan/due-slot.js";
import { closesAt, nextVisit } from "../plan/schedule.js";
import type { LedgerChange, SlotVisit } from "../store/state-store.js";
import { contains } from "../time/range.js";
import type { Lane } from "../transport/transport.js";
import { candidate, decide, placeOf, vanished, type Candidate, type Decision } from "./file-decision.js";
import type { Source } from "./source.js";
import { Breath } from "./breath.js";
import { asListingError, firstOfEach, lookAt, type Found, type Look } from "./tree-walk.js";

/** What one visit came to. Nothing of it is in the ledger yet. */
export interface Visit {
  /** As it stands once the tasks are done. */
  readonly visit: SlotVisit;
  /** All to be recorded in one transaction. */
  readonly changes: LedgerChange[];
  readonly tasks: FetchTask[];
  /** What a look found out about each wanted file; for a plan. */
  readonly waiting: readonly { readonly path: string; readonly size?: number; readonly reason: string }[];
  /** Files of ours that were listed and wanted. */
  readonly found: number;
  /** Why the listing failed, if it did. */
  readonly error?: DaybookError;
}

const NONE = Object.freeze({ count: 0, names: Object.freeze([]) });

/** Lists one slot and finds what is new in it. Rejects only when cancelled, or when ledger or disk fail. */
export class SlotVisitor {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  async visit(planned: DueSlot, lane: Lane, signal: AbortSignal): Promise<Visit> {
    const { layout, transport, clock } = this.#source;
    const began = clock.now();
    let look: Look;
    try {
      look = await lookAt(planned.slot, layout, transport, { lane, signal });
    } catch (cause) {
      const error = asListingError(cause);
      if (error.kind === "cancelled") throw error;
      return this.failed(planned, error);
    }
    return this.#judge(planned, look, began, lane);
  }

  /** The visit of a slot that couldn't be listed. */
  failed(planned: DueSlot, error: DaybookError): Visit {
    const { name, clock } = this.#source;
    const { previous, slot } = planned;
    const visit: SlotVisit = {
      ...this.#failing(planned, clock.now()),
      listing: "failed",
      reason: error.detail,
      skipped: previous?.skipped ?? NONE,
      unreadable: previous?.unreadable ?? NONE,
    };
    const changes: LedgerChange[] = [{ kind: "visit", visit }];
    // The same failure again and again is one piece of news.
    if (previous?.reason !== error.detail)
      changes.push({
        kind: "event",
        event: {
          source: name,
          path: slot.path,
          at: visit.visitedAt,
          what: "listing-failed",
          detail: error.detail,
        },
      });
    return { visit, changes, tasks: [], waiting: [], found: 0, error };
  }

  async #judge(planned: DueSlot, look: Look, began: Date, lane: Lane): Promise<Visit> {
    const { slot, window } = planned;
    const { name, clock, policy } = this.#source;
    const wanted = firstOfEach(look.found).filter((found) => this.#wants(found));
    const now = clock.now();
    const cutOff = look.outcome === "truncated";
    const decisions = await this.#decideAll(slot.path, wanted, { now, lane });
    if (!cutOff) decisions.push(...(await this.#unlisted(planned, look, wanted)));

    const { skipped, unreadable } = look;
    const base = cutOff
      ? { ...this.#failing(planned, now), reason: look.reason ?? "the server cut its listing off" }
      : {
          ...this.#facts(planned, now),
          listedAt: now,
          closed: began.getTime() >= closesAt(window, policy),
          nextVisitAt: nextVisit(window, { began: began.getTime(), ended: now.getTime() }, policy),
          failures: 0,
        };
    const again = Math.min(
      base.nextVisitAt?.getTime() ?? Infinity,
      ...decisions.map((d) => d.again ?? Infinity),
    );
    const visit: SlotVisit = {
      ...base,
      listing: look.outcome,
      nextVisitAt: again === Infinity ? undefined : new Date(again),
      skipped: { count: skipped.count, names: skipped.names },
      unreadable: { count: unreadable.count, names: unreadable.names },
    };
    const tasks = decisions.flatMap(({ task }) => task ?? []);
    // While files are on their way the slot is due at once, so that a run that dies here is followed by a look.
    const changes: LedgerChange[] = [
      { kind: "visit", visit: tasks.length > 0 ? { ...visit, nextVisitAt: now } : visit },
    ];
    for (const { file, event } of decisions) {
      if (file) changes.push({ kind: "file", file });
      if (file && event)
        changes.push({ kind: "event", event: { source: name, path: file.path, at: now, ...event } });
    }
    const waiting = decisions.flatMap(({ file, task }) =>
      file && !task && file.status === "pending"
        ? [{ path: file.path, size: file.size, reason: file.reason ?? "its next attempt is later" }]
        : [],
    );
    return { visit, changes, tasks, waiting, found: wanted.length };
  }

  #wants({ observation }: Found): boolean {
    const { range, policy } = this.#source;
    const inRange = observation.observedAt === undefined || contains(range, observation.observedAt);
    return inRange && policy.select(observation);
  }

  async #decideAll(
    slot: string,
    wanted: readonly Found[],
    context: { now: Date; lane: Lane },
  ): Promise<Decision[]> {
    const { name, store } = this.#source;
    const known = await store.files(
      name,
      wanted.map(({ path }) => path),
    );
    const breath = new Breath();
    const placed: { file: Candidate; place: string | DaybookError }[] = [];
    const owners = new Map<string, number>();
    for (const found of wanted) {
      if (breath.due) await breath.take();
      const file = candidate(this.#source, found, known.get(found.path));
      const place = placeOf(this.#source, file);
      placed.push({ file, place });
      if (typeof place === "string") owners.set(place, (owners.get(place) ?? 0) + 1);
    }
    const decisions: Decision[] = [];
    for (const { file, place } of placed) {
      if (breath.due) await breath.take();
      const shared = typeof place === "string" && owners.get(place)! > 1;
      const own = shared
        ? new DaybookError("config", `another remote file would have the same local path, ${place}`)
        : place;
      decisions.push(await decide(this.#source, slot, file, own, context));
    }
    return decisions;
  }

  /** Files that were to be fetched and aren't among what is wanted now. A later look that finds them takes them up. */
  async #unlisted({ slot, previous }: DueSlot, look: Look, wanted: readonly Found[]): Promise<Decision[]> {
    if (previous === undefined || previous.files.pending + previous.files.quarantined === 0) return [];
    const { name, store } = this.#source;
    const known = new Set(wanted.map(({ path }) => path));
    const listed = new Set(look.found.map(({ path }) => path));
    const gone: Decision[] = [];
    for await (const file of store.find({
      source: name,
      slot: slot.path,
      status: ["pending", "quarantined"],
    })) {
      if (known.has(file.path)) continue;
      const there = listed.has(file.path);
      const certain = !there && look.unreadable.count === 0;
      if (file.status === "quarantined" && !certain) continue;
      if (certain) gone.push(vanished(file, "it left the source before it could be fetched"));
      else if (there) gone.push(vanished(file, "it is not asked for any more"));
      else gone.push(vanished(file, "it can't be listed any more: a part of its hour can't be read"));
    }
    return gone;
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
