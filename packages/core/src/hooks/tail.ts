/** The last bytes of what a program says; the rest is let go. */
export class Tail {
  readonly #most: number;
  #kept = Buffer.alloc(0);
  #cut = false;

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Buffer): void {
    const all = Buffer.concat([this.#kept, chunk.subarray(-this.#most)]);
    this.#cut ||= chunk.length > this.#most || all.length > this.#most;
    this.#kept = Buffer.from(all.subarray(-this.#most));
  }

  get text(): string {
    return `${this.#cut ? "… " : ""}${this.#kept.toString("utf8")}`;
  }
}
