import { smallest } from "../extremes.js";
import { Readable } from "node:stream";
import type { BandwidthLimit } from "./bandwidth-limit.js";
import type { Lane } from "./transport.js";

export interface LimitedStreamOptions {
  readonly stream: Readable;
  readonly limits: readonly BandwidthLimit[];
  readonly lane?: Lane;
  /** Bytes that may be paid for and not taken yet. Default what is fastest. */
  readonly readAhead?: number;
}

const MOST_AHEAD = 64 * 1024;

/**
 * A stream's bytes no faster than all limits allow. Meanwhile the stream is paused, so that it fills its buffer and then
 * takes nothing more from its socket: it is the server that waits.
 */
export class LimitedStream extends Readable {
  readonly #options: LimitedStreamOptions;
  readonly #stop = new AbortController();
  #paying = false;
  #ended = false;

  constructor(options: LimitedStreamOptions) {
    super({ highWaterMark: Math.min(MOST_AHEAD, options.readAhead ?? MOST_AHEAD) });
    this.#options = options;
    const { stream } = options;
    // It may fail before anybody holds it; who reads it later still gets the error.
    this.on("error", () => {});
    stream.pause();
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
    stream.on("end", () => {
      this.#ended = true;
      if (!this.#paying) this.push(null);
    });
    stream.on("error", (error) => this.destroy(error));
    stream.on("close", () => {
      if (!this.#ended) this.destroy();
    });
    if (stream.destroyed) this.destroy(stream.errored ?? undefined);
  }

  override _read(): void {
    if (!this.#paying) this.#options.stream.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#stop.abort();
    this.#options.stream.destroy();
    callback(error);
  }

  #take(chunk: Buffer): void {
    const { stream } = this.#options;
    const small = chunk.length <= this.#portion();
    const wait = small ? this.#pay(chunk.length) : undefined;
    if (small && wait === undefined) {
      if (!this.push(chunk)) stream.pause();
      return;
    }
    stream.pause();
    this.#paying = true;
    this.#hand(chunk, wait).catch((error: Error) => this.destroy(error));
  }

  /** Hands a chunk on in portions; `paid` settles when it may go as a whole. */
  async #hand(chunk: Buffer, paid: Promise<unknown> | undefined): Promise<void> {
    let more = true;
    for (let at = 0; at < chunk.length;) {
      const piece = paid ? chunk : chunk.subarray(at, at + this.#portion());
      await (paid ?? this.#pay(piece.length));
      more = this.push(piece);
      at += piece.length;
    }
    this.#paying = false;
    if (this.#ended) this.push(null);
    else if (more) this.#options.stream.resume();
  }

  #pay(bytes: number): Promise<unknown> | undefined {
    const { limits, lane } = this.#options;
    const waits = limits.flatMap((limit) => limit.pay(bytes, { lane, signal: this.#stop.signal }) ?? []);
    return waits.length > 0 ? Promise.all(waits) : undefined;
  }

  #portion(): number {
    return smallest(this.#options.limits.map(({ portion }) => portion));
  }
}
