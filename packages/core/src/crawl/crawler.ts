import { smallest } from "../extremes.js";
import { setMaxListeners } from "node:events";
import { isDaybookError, asDaybookError, type DaybookError } from "../errors/daybook-error.js";
import { isHeldUp } from "../plan/held-up.js";
import { Planner } from "../plan/planner.js";
import type { DueSlot } from "../plan/due-slot.js";
import { closesAt } from "../plan/schedule.js";
import type { SlotRecord } from "../store/state-store.js";
import type { Lane } from "../transport/transport.js";
import { Bell } from "./bell.js";
import type { Breaker } from "./breaker.js";
import { ChangingFiles } from "./changing-files.js";
import { DestinationEar } from "./destination-ear.js";
import { DueSlots } from "./due-slots.js";
import { feed } from "./feed.js";
import { FileWork, type FileJob } from "./file-work.js";
import type { FirstLogins } from "./first-logins.js";
import { Gates } from "./gates.js";
import { HostEar } from "./host-ear.js";
import type { LedgerWriter } from "./ledger-writer.js";
import { PlanRecords } from "./plan-records.js";
import type { RecordedVisit } from "./record-visit.js";
import { SlotWork } from "./slot-work.js";
import type { Source } from "./source.js";
import { VisitWork } from "./visit-work.js";
import { WorkQueue } from "./work-queue.js";

export interface CrawlerOptions {
  readonly source: Source;
  /** Of the source's host, and of its destination. */
  readonly breakers: { readonly host: Breaker; readonly destination: Breaker };
  readonly writer: LedgerWriter;
  readonly logins: FirstLogins;
  /** Files that may be synced at the same time. */
  readonly committing: number;
}

export interface CrawlOptions {
  /** Take no new work; finish what is under way. */
  readonly stop: AbortSignal;
  /** Drop what is under way, keeping parts. */
  readonly abort: AbortSignal;
  /** Visit every due slot once, try every file once. */
  readonly once?: boolean;
}

export interface CrawlOutcome {
  readonly files: number;
  readonly bytes: number;
  /** Why it ended before its time. */
  readonly error?: DaybookError;
}

const LANES: readonly Lane[] = ["live", "backfill"];
/**
 * Mirrors one source. Each lane plans, visits and fetches by itself, so that history never holds up what is new; the
 * connections they share are the transport's to divide. Ends when the ledger says that every slot is settled.
 */
export class Crawler {
  readonly #source: Source;
  readonly #writer: LedgerWriter;
  readonly #planner: Planner;
  readonly #plan: PlanRecords;
  readonly #visits: VisitWork;
  readonly #ear: HostEar;
  readonly #destination: DestinationEar;
  readonly #files: FileWork;
  readonly #queues: Record<Lane, WorkQueue<FileJob>> = { live: new WorkQueue(), backfill: new WorkQueue() };
  readonly #visiting: Record<Lane, number> = { live: 0, backfill: 0 };
  /** Slots being visited or having files on their way, by path. */
  readonly #active = new Set<string>();
  /** When slots this run has seen are due again. */
  readonly #due: DueSlots;
  /** Rung when something ended, so that more may begin. */
  readonly #bell = new Bell();
  /** Rung when a lane that sleeps should look again. Apart from the other: a lane that looks asks the ledger. */
  readonly #alarm = new Bell();
  readonly #wakeAt: Record<Lane, number> = { live: 0, backfill: 0 };
  readonly #ending = new AbortController();
  #settledUpTo: Date | undefined;
  /** Slots of which nothing can be recorded, and until when they are left alone; epoch ms. */
  readonly #held = new Map<string, number>();
  #finished = false;
  /** Lanes that have looked at all that was due. */
  readonly #passed = new Set<Lane>();
  /** Visits begun so far. */
  #begun = 0;
  #error: DaybookError | undefined;

  constructor({ source, breakers, writer, logins, committing }: CrawlerOptions) {
    this.#source = source;
    this.#writer = writer;
    const { name, layout, store, range, policy, time } = source;
    this.#planner = new Planner({ source: name, layout, store, range, policy, latest: () => time.latest() });
    this.#plan = new PlanRecords({ source, writer, planner: this.#planner });
    this.#due = new DueSlots(policy);
    const fail = (error: unknown) => this.#fail(error);
    const ear = (this.#ear = new HostEar({ source, breaker: breakers.host, logins, fail }));
    const destination = (this.#destination = new DestinationEar(source, breakers.destination));
    const gates = new Gates([ear.login, breakers.destination, breakers.host]);
    const changing = new ChangingFiles(policy);
    this.#visits = new VisitWork({ source, writer, gates, ear, destination, changing });
    const bell = this.#bell;
    this.#files = new FileWork({ source, gates, ear, destination, changing, committing, bell, fail });
  }

  /** Runs once. Never rejects for what goes wrong out there: that is in the outcome. */
  async run({ stop, abort, once = false }: CrawlOptions): Promise<CrawlOutcome> {
    const stopping = AbortSignal.any([stop, this.#ending.signal]);
    stopping.addEventListener("abort", () => this.#alarm.ring(), { once: true });
    const aborting = AbortSignal.any([abort, this.#ending.signal]);
    // Every call under way listens; that is no leak.
    setMaxListeners(0, stopping, aborting);
    await this.#plan.begin(this.#due).catch((error: unknown) => this.#fail(error));
    const workers = LANES.flatMap((lane) =>
      Array.from({ length: this.#source.transport.capabilities.parallelism }, () =>
        this.#files.serve(this.#queues[lane], { stopping, aborting }, { once }),
      ),
    );
    await Promise.all(
      LANES.map((lane) =>
        this.#runLane(lane, { stopping, aborting, once }).catch((error: unknown) => this.#fail(error)),
      ),
    );
    if (once) while (this.#active.size > 0 && !stopping.aborted) await this.#bell.wait(stopping);
    for (const lane of LANES) this.#queues[lane].close();
    await Promise.all(workers);
    while (this.#files.committing > 0 || LANES.some((lane) => this.#visiting[lane] > 0))
      await this.#bell.wait();
    await this.#notePlan(stopping).catch((error: unknown) => this.#fail(error));
    await this.#writer.flush();
    // A run that waits for the host to come back tells by waiting; one that looks once must say so.
    const trouble = this.#ear.trouble ?? this.#destination.trouble;
    const error = this.#error ?? (once && !stopping.aborted ? trouble : undefined);
    return { ...this.#files.done, error };
  }

  async #runLane(
    lane: Lane,
    run: { stopping: AbortSignal; aborting: AbortSignal; once: boolean },
  ): Promise<void> {
    const { clock, policy, store } = this.#source;
    const { stopping } = run;
    const heldUp = run.once ? (slot: SlotRecord) => isHeldUp(slot, store) : undefined;
    while (!stopping.aborted && !this.#finished) {
      if (lane === "live") await this.#plan.retakeFuture();
      const now = clock.now();
      this.#due.looks(lane, now);
      const due =
        lane === "live" ? await this.#planner.live(now, heldUp) : this.#planner.backfill(now, heldUp);
      for await (const planned of due) {
        await this.#room(lane, stopping);
        if (stopping.aborted || this.#finished) return;
        const { path } = planned.slot;
        if (!this.#active.has(path) && !this.#isHeld(path)) this.#visit(planned, lane, run);
      }
      if (run.once) return;
      this.#passed.add(lane);
      await this.#notePlan(stopping);
      if (await this.#allSettled()) {
        this.#finished = true;
        this.#alarm.ring();
        return;
      }
      const next = Math.min(clock.now().getTime() + policy.poll, this.#due.next(lane));
      if (this.#active.size === 0) this.#idle(smallest([next, ...LANES.map((each) => this.#due.next(each))]));
      this.#wakeAt[lane] = next;
      await this.#sleepUntil(next, stopping);
    }
  }

  /** While a slot is being worked on the ledger doesn't hold all that was planned. */
  async #notePlan(stopping: AbortSignal): Promise<void> {
    if (this.#active.size === 0 && !stopping.aborted) await this.#plan.note();
  }

  #idle(until: number): void {
    const { name, emit, clock } = this.#source;
    emit({ type: "source-idle", source: name, at: clock.now(), until: new Date(until) });
  }

  /** Whether nothing is left to do in the range, for ever. */
  async #allSettled(): Promise<boolean> {
    const { range, policy, time } = this.#source;
    // What is settled may be due to be looked at again, and only its own lane finds that.
    if (this.#passed.size < LANES.length || this.#active.size > 0) return false;
    if (time.sure().getTime() < closesAt(range, policy)) return false;
    const begun = this.#begun;
    // From where the last search ended first: what is settled seldom changes. Only a search of all ends the run.
    for (const from of this.#settledUpTo ? [this.#settledUpTo, range.start] : [range.start]) {
      const unsettled = await this.#planner.firstUnsettled(from);
      this.#settledUpTo = unsettled?.window.start;
      if (unsettled !== undefined) return false;
    }
    // A visit that the other lane has made meanwhile may have come to something else.
    return this.#active.size === 0 && this.#begun === begun;
  }

  async #sleepUntil(time: number, stopping: AbortSignal): Promise<void> {
    if (stopping.aborted) return;
    // A stop rings the alarm too.
    const wake = new AbortController();
    const rung = this.#alarm.wait(wake.signal);
    const ms = Math.max(0, time - this.#source.clock.now().getTime());
    const slept = this.#source.clock.sleep(ms, wake.signal).catch(() => undefined);
    await Promise.race([rung, slept]);
    wake.abort();
  }

  /** Waits until one more visit may be under way: enough that fetching never idles, few enough to bound memory. */
  async #room(lane: Lane, stopping: AbortSignal): Promise<void> {
    const { parallelism } = this.#source.transport.capabilities;
    const queue = this.#queues[lane];
    while (!stopping.aborted && (this.#visiting[lane] >= parallelism || queue.length >= this.#enough))
      await this.#bell.wait(stopping);
  }

  /** Files queued, from which on nobody need look for more. */
  get #enough(): number {
    return Math.max(100, 8 * this.#source.transport.capabilities.parallelism);
  }

  #visit(
    planned: DueSlot,
    lane: Lane,
    run: { stopping: AbortSignal; aborting: AbortSignal; once: boolean },
  ): void {
    const { path } = planned.slot;
    this.#active.add(path);
    this.#due.visited(path);
    this.#visiting[lane]++;
    this.#begun++;
    this.#visits
      .visit(planned, lane, run)
      .then((recorded) => this.#workOn(planned, lane, recorded, run.stopping))
      .catch((error: unknown) => {
        this.#active.delete(path);
        this.#fail(error);
      })
      .finally(() => {
        this.#visiting[lane]--;
        this.#bell.ring();
      });
  }

  async #workOn(
    planned: DueSlot,
    lane: Lane,
    { visit, tasks, more, refused }: RecordedVisit,
    stopping: AbortSignal,
  ): Promise<void> {
    const { clock, policy } = this.#source;
    if (refused) return this.#slotDone(planned, clock.now().getTime() + policy.maxRetryDelay, true);
    const onDone = (due: number, held: boolean) => this.#slotDone(planned, due, held);
    const work = new SlotWork({ source: this.#source, writer: this.#writer, planned, visit, onDone });
    // What is expected is judged once all is there, also where nothing was to be fetched.
    const judged = policy.expect !== undefined && visit.closed;
    if (tasks.length === 0 && more === undefined && !judged) return work.end();
    const queue = this.#queues[lane];
    for (const task of tasks) {
      work.add();
      queue.push({ task, work });
    }
    const [enough, bell, writer] = [this.#enough, this.#bell, this.#writer];
    const feeding = { source: this.#source, writer, work, queue, enough, bell, stopping };
    if (more === undefined || (await feed(more(), feeding))) await work.added();
  }

  /** `held`: what it came to couldn't be recorded, so that the ledger may say that it is due before that. */
  #slotDone({ slot: { path }, window }: DueSlot, due: number, held: boolean): void {
    this.#active.delete(path);
    if (held) this.#held.set(path, due);
    const at = this.#due.set(path, window, due);
    if (this.#active.size === 0 || LANES.some((lane) => at[lane] < this.#wakeAt[lane])) this.#alarm.ring();
    this.#bell.ring();
  }

  #isHeld(path: string): boolean {
    if (this.#held.size === 0) return false;
    if ((this.#held.get(path) ?? 0) > this.#source.clock.now().getTime()) return true;
    this.#held.delete(path);
    return false;
  }

  #fail(cause: unknown): void {
    if (isDaybookError(cause, "cancelled")) return;
    this.#error ??= asDaybookError(cause, "store", { source: this.#source.name });
    this.#ending.abort();
  }
}
