/** Time-outs over which a rate is averaged: bad lines stand still for one, and go on. */
const WINDOW = 4;

export interface PaceOptions {
  /** Bytes per second that count as progress; 0: any do. */
  readonly minRate: number;
  /** How long a server may keep silent, in ms. */
  readonly timeout: number;
}

/** Whether bytes come at a rate that gets anywhere. A silence limit alone lets a server drip for ever. */
export class Pace {
  readonly #minRate: number;
  readonly #window: number;
  #since: number;
  #received = 0;
  #pauses = 0;

  constructor({ minRate, timeout }: PaceOptions) {
    this.#minRate = minRate;
    this.#window = WINDOW * timeout;
    this.#since = performance.now();
  }

  /** What is wrong, if anything: "at 2 bytes a second for 60 s". Our own pauses aren't the server's fault. */
  check(received: number, pauses: number): string | undefined {
    const now = performance.now();
    if (pauses !== this.#pauses) this.#startOver(now, received, pauses);
    const ms = now - this.#since;
    if (ms < this.#window) return undefined;
    const rate = ((received - this.#received) * 1000) / ms;
    this.#startOver(now, received, pauses);
    if (rate >= this.#minRate) return undefined;
    const shown = rate < 10 ? rate.toFixed(1).replace(/\.0$/, "") : Math.round(rate);
    return `at ${shown} bytes a second for ${Math.round(ms / 1000)} s`;
  }

  #startOver(now: number, received: number, pauses: number): void {
    this.#since = now;
    this.#received = received;
    this.#pauses = pauses;
  }
}
