/** Work for a few workers, first in, first out. Closing it drops what nobody has taken. */
export class WorkQueue<T> {
  #items: T[] = [];
  #head = 0;
  #takers: ((item: T | undefined) => void)[] = [];
  #closed = false;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    if (this.#closed) return;
    const taker = this.#takers.shift();
    if (taker) taker(item);
    else this.#items.push(item);
  }

  /** Undefined once the queue is closed. */
  take(): Promise<T | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    if (this.length > 0) return Promise.resolve(this.#shift());
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  close(): void {
    this.#closed = true;
    this.#items = [];
    this.#head = 0;
    for (const taker of this.#takers) taker(undefined);
    this.#takers = [];
  }

  #shift(): T {
    const item = this.#items[this.#head++]!;
    // Array.shift moves everything; moving now and then is enough.
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
