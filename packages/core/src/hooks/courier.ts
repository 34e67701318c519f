import { smallest } from "../extremes.js";
import { Bell } from "../crawl/bell.js";
import { asDaybookError, type DaybookError } from "../errors/daybook-error.js";
import type { OutboxMessage } from "../store/outbox-message.js";
import type { LedgerChange, StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import { Attempts } from "./attempts.js";
import { CourierLease } from "./courier-lease.js";
import type { Hook } from "./hook.js";
import { trimOutbox } from "./trim-outbox.js";

export interface CourierOptions {
  readonly hook: Hook;
  readonly store: Pick<StateStore, "record" | "messages" | "backlog" | "lease" | "leaseHolder">;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: CourierReport;
}

/** How a hook fares, for people; `message` is the one it happened with. */
export interface CourierReport {
  failing(error: DaybookError, nextTryAt: Date, message: OutboxMessage): void;
  /** Told once for an outage. */
  down(outage: HookOutage): void;
  recovered(message: OutboxMessage): void;
  dropped(count: number, reason: string): void;
}

export interface HookOutage {
  /** What failed last. */
  readonly error: DaybookError;
  readonly since: Date;
  readonly nextTryAt: Date;
  /** Messages in the ledger. */
  readonly waiting: number;
}

export interface CourierRun {
  /** Nothing more will be recorded: end once all is delivered, or can't be for now. */
  readonly finish: AbortSignal;
  /** End now. */
  readonly abort: AbortSignal;
  /** Once it is to finish: whether what fails is tried again until it is aborted, or left for the next run. */
  readonly patient: () => boolean;
}

/** Messages in memory at most: while many wait for their next attempt, others may have to wait for them. */
const WINDOW = 200;
const WIDEST = 2000;
/** How often the ledger is looked into for what other machines recorded, and the size of the queue is checked. In ms. */
const POLL = 10_000;
const TRIM = 60_000;
const SHORTEST_REST = 50;
/** How long a delivery that was told to end may take, in ms. */
const LAST = 10_000;

/**
 * Delivers one hook's messages from the ledger: those of one key in order, others side by side. Holds a window of them,
 * however many wait. What is delivered is taken out of the ledger after that, so each comes at least once.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #lease: CourierLease;
  readonly #bell = new Bell();
  /** Whether it was rung since the last look for something to do: the bell forgets what nobody waits for. */
  #rung = false;
  #window: OutboxMessage[] = [];
  /** Whether the ledger may hold more than the window, so that a look may bring something. */
  #more = true;
  /** Whether it surely holds more. */
  #cut = false;
  /** Epoch ms. */
  #pollAt = 0;
  #trimAt = 0;
  /** Keys of which a message is on its way. */
  readonly #busy = new Set<string>();
  readonly #attempts: Attempts;
  #lastError: DaybookError | undefined;
  #toldDown = false;
  /** Delivered, and perhaps still in the ledger. */
  readonly #done = new Set<string>();
  /** While the ledger is being read: those that the answer may still hold. */
  #doneMeanwhile: Set<string> | undefined;
  #doneWriting: Promise<void> | undefined;
  #unwritten: string[] = [];
  #held = false;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options.random);
    this.#lease = new CourierLease({ ...options, hook: options.hook.name });
  }

  /** There is something new in the ledger. */
  ring(): void {
    this.#more = true;
    this.#wake();
  }

  /** Rejects never: a ledger that fails is tried again, or left. */
  async run({ finish, abort, patient }: CourierRun): Promise<void> {
    finish.addEventListener("abort", () => this.ring(), { once: true });
    while (!abort.aborted) {
      try {
        this.#rung = false;
        if ((await this.#step(abort)) || this.#rung) continue;
        if (finish.aborted && this.#finished(patient())) break;
        await this.#wait(this.#restingTime(), abort);
      } catch {
        // The ledger can't be read or written: that ends the crawl, which says why.
        if (finish.aborted) break;
        await this.#wait(POLL, abort);
      }
    }
    await this.#lastDeliveries();
    await this.#doneWriting;
    // A run may be over before the first minute is; a ledger that fails is left.
    if (this.#held) await this.#trim().catch(() => undefined);
    await this.#lease.release();
  }

  /** A target that doesn't end when it is told to is left. */
  async #lastDeliveries(): Promise<void> {
    const enough = new AbortController();
    const patience = this.#options.clock.sleep(LAST, enough.signal).then(
      () => enough.abort(),
      () => undefined,
    );
    while (this.#busy.size > 0 && !enough.signal.aborted) await this.#bell.wait(enough.signal);
    enough.abort();
    await patience;
  }

  /** Does one thing, if there is one to do now. */
  async #step(abort: AbortSignal): Promise<boolean> {
    const { clock, hook } = this.#options;
    if (this.#attempts.down && !this.#toldDown) await this.#tellDown();
    const now = clock.now().getTime();
    if (this.#busy.size >= this.#limit || (this.#attempts.down && now < this.#attempts.nextTryAt)) {
      if (this.#busy.size > 0) await this.#lease.hold();
      return false;
    }
    this.#held = await this.#lease.hold();
    if (!this.#held) return false;
    if (now >= this.#pollAt) {
      this.#pollAt = now + POLL;
      this.#more = true;
    }
    if (now >= this.#trimAt) {
      this.#trimAt = now + TRIM;
      await this.#trim();
    }
    const message = this.#next(now) ?? (await this.#refill(now));
    if (message === undefined || !this.#lease.lasts(hook.target.timeout)) return false;
    void this.#deliver(message, abort);
    return true;
  }

  /** The first that isn't behind another of its key. */
  #next(now: number): OutboxMessage | undefined {
    const passed = new Set<string>();
    for (const message of this.#window) {
      const { key } = message;
      if (!passed.has(key) && !this.#busy.has(key) && this.#attempts.readyAt(key) <= now) return message;
      passed.add(key);
    }
    return undefined;
  }

  async #refill(now: number): Promise<OutboxMessage | undefined> {
    if (!this.#more) return undefined;
    this.#more = false;
    const limit = Math.min(WIDEST, this.#window.length + this.#done.size + WINDOW);
    const { store, hook } = this.#options;
    const gone = new Set(this.#done);
    this.#doneMeanwhile = gone;
    const found = await store.messages(hook.name, limit).finally(() => (this.#doneMeanwhile = undefined));
    this.#window = found.filter(({ id }) => !gone.has(id));
    this.#attempts.keepOnly(new Set(this.#window.map(({ key }) => key)));
    this.#cut = found.length === limit;
    this.#more ||= this.#cut && limit < WIDEST;
    return this.#next(now);
  }

  async #deliver(message: OutboxMessage, abort: AbortSignal): Promise<void> {
    const { key, id } = message;
    this.#busy.add(key);
    try {
      await this.#options.hook.target.deliver(message, { signal: abort });
      this.#window = this.#window.filter((one) => one.id !== id);
      this.#markDone(id);
      this.#attempts.succeeded(key);
      if (this.#toldDown) this.#options.report.recovered(message);
      this.#toldDown = false;
      this.#more ||= this.#cut;
    } catch (cause) {
      if (!abort.aborted) this.#failed(message, asDaybookError(cause, "network"));
    } finally {
      this.#busy.delete(key);
      this.#wake();
    }
  }

  #failed(message: OutboxMessage, error: DaybookError): void {
    const { clock, report } = this.#options;
    this.#lastError = error;
    const { again, news } = this.#attempts.failed(message.key, clock.now().getTime());
    if (news) report.failing(error, new Date(again), message);
  }

  async #tellDown(): Promise<void> {
    const { store, hook, report } = this.#options;
    const waiting = (await store.backlog()).get(hook.name) ?? 0;
    const { down, since, nextTryAt } = this.#attempts;
    // It may be back by now.
    if (!down) return;
    this.#toldDown = true;
    const times = { since: new Date(since), nextTryAt: new Date(nextTryAt) };
    report.down({ ...times, error: this.#lastError!, waiting });
  }

  /** Takes it out of the ledger, together with others that were delivered meanwhile. */
  #markDone(id: string): void {
    this.#done.add(id);
    this.#doneMeanwhile?.add(id);
    this.#unwritten.push(id);
    this.#doneWriting ??= this.#writeDone().finally(() => (this.#doneWriting = undefined));
  }

  async #writeDone(): Promise<void> {
    const { store, hook } = this.#options;
    await Promise.resolve();
    while (this.#unwritten.length > 0) {
      const ids = this.#unwritten.splice(0);
      const changes = ids.map((id): LedgerChange => ({ kind: "delivered", hook: hook.name, id }));
      // Where that fails they come once more, to this receiver or by the next run.
      await store.record(changes).catch(() => undefined);
      for (const id of ids) this.#done.delete(id);
    }
  }

  async #trim(): Promise<void> {
    const { store, hook, report, clock } = this.#options;
    const attempts = this.#attempts;
    if (!attempts.down && !attempts.anyWaiting) return;
    const onTheirWay = this.#window.filter(({ key }) => this.#busy.has(key)).map(({ id }) => id);
    const keep = new Set([...this.#done, ...onTheirWay]);
    const dropped = await trimOutbox(store, hook, { now: clock.now(), keep, attempts });
    for (const { count, reason } of dropped) report.dropped(count, reason);
    if (dropped.length > 0) this.#window = [];
    this.#more = true;
  }

  #finished(patient: boolean): boolean {
    if (this.#busy.size > 0) return false;
    // Another program delivers them, or it is no use for now.
    if (!this.#held || (!patient && this.#attempts.anyWaiting)) return true;
    return this.#window.length === 0 && !this.#more;
  }

  /** Until something may be to do without anybody ringing, in ms. */
  #restingTime(): number {
    if (!this.#held || this.#window.length === 0 || this.#busy.size >= this.#limit) return POLL;
    const next = this.#attempts.down ? this.#attempts.nextTryAt : smallest(this.#retries());
    return Math.min(POLL, Math.max(SHORTEST_REST, next - this.#options.clock.now().getTime()));
  }

  *#retries(): Iterable<number> {
    for (const { key } of this.#window)
      if (!this.#busy.has(key)) yield this.#attempts.readyAt(key) || Infinity;
  }

  /** Deliveries at once: of a receiver that is down one is asked after the other. */
  get #limit(): number {
    return this.#attempts.down ? 1 : (this.#options.hook.concurrency ?? 4);
  }

  #wake(): void {
    this.#rung = true;
    this.#bell.ring();
  }

  async #wait(ms: number, abort: AbortSignal): Promise<void> {
    const wake = new AbortController();
    const stop = () => wake.abort();
    abort.addEventListener("abort", stop, { once: true });
    const slept = this.#options.clock.sleep(ms, wake.signal).catch(() => undefined);
    await Promise.race([this.#bell.wait(wake.signal), slept]);
    wake.abort();
    abort.removeEventListener("abort", stop);
  }
}
