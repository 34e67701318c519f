import { DaybookError } from "@daybook/core";

/** The deadline is watched in ticks: a busy process then doesn't take its own standstill for the server's. */
const TICKS = 10;
/** How many times the timeout a request may wait in all, however many before it are answered meanwhile. */
const IN_ALL = 4;

/**
 * Numbers the requests of one session, whoever makes them, and watches that the server answers: the one that waits
 * longest within the timeout, and each in four times that.
 */
export class RequestWatch {
  readonly #timeout: number;
  readonly #onLate: (failure: DaybookError) => void;
  readonly #onTick = new Set<(ms: number) => void>();
  /** By number, in order: the tick each was made at. */
  readonly #waiting = new Map<number, number>();
  #sent = 0;
  #newestAnswered = -1;
  #timer: NodeJS.Timeout | undefined;
  #tick = 0;
  #oldest: number | undefined;
  #oldestSince = 0;
  #stopped = false;

  constructor({ timeout, onLate }: { timeout: number; onLate: (failure: DaybookError) => void }) {
    this.#timeout = timeout;
    this.#onLate = onLate;
  }

  /** Requests made so far. */
  get sent(): number {
    return this.#sent;
  }

  /** The number of the latest request that was answered, counted from 0; -1 if none was. */
  get newestAnswered(): number {
    return this.#newestAnswered;
  }

  /** One more is made: its number. */
  begin(): number {
    const number = this.#sent++;
    this.#waiting.set(number, this.#tick);
    if (!this.#stopped) this.#timer ??= setInterval(() => this.#look(), this.#timeout / TICKS);
    return number;
  }

  /** It is answered. */
  answered(number: number): void {
    this.#newestAnswered = Math.max(this.#newestAnswered, number);
    this.#waiting.delete(number);
  }

  /** Nobody waits for it any more. */
  dropped(number: number): void {
    this.#waiting.delete(number);
  }

  /** Has it called with the ms gone by, again and again while the server owes anything; the returned function ends that. */
  whileWaiting(listener: (ms: number) => void): () => void {
    this.#onTick.add(listener);
    return () => void this.#onTick.delete(listener);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#waiting.clear();
    this.#onTick.clear();
  }

  #look(): void {
    this.#tick++;
    for (const [oldest, since] of this.#waiting) {
      if (oldest !== this.#oldest) [this.#oldest, this.#oldestSince] = [oldest, this.#tick];
      const quiet = this.#tick - this.#oldestSince >= TICKS;
      if (quiet || this.#tick - since >= IN_ALL * TICKS) {
        const ms = quiet ? this.#timeout : IN_ALL * this.#timeout;
        const detail = `the server left a request without an answer for ${ms} ms`;
        return this.#onLate(new DaybookError("timeout", detail));
      }
      for (const listener of [...this.#onTick]) listener(this.#timeout / TICKS);
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
