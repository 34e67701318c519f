const HOUR = 3_600_000;

/**
 * How late it is by more than a machine's clock: time that programs lived through without a break, as far as the ledger
 * noted it. What is deleted for its age rests on that; files that a server shows may bear out more.
 */
export class Vouched {
  #noted: number | undefined;
  #began = { at: 0, value: 0 };

  /** A run begins; epoch ms. */
  begins(now: number, clockIsOff: boolean): void {
    const noted = this.#noted ?? now;
    const near = !clockIsOff && Math.abs(now - noted) <= HOUR;
    this.#began = { at: now, value: near ? now : Math.min(now, noted) };
  }

  /** The run under way has noted in the ledger how late it is. */
  noted(now: number): void {
    this.#noted = this.at(now);
  }

  get isNoted(): boolean {
    return this.#noted !== undefined;
  }

  at(now: number): number {
    return this.#began.value + now - this.#began.at;
  }
}
