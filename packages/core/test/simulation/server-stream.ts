import { Readable } from "node:stream";
import { DaybookError, type Clock } from "@daybook/core";
import type { Life } from "./life.js";
import type { Rng } from "./rng.js";
import type { Inode, Version } from "./server.js";

/** How a stream ends before its time: after some bytes, maybe some time later, with an error or as if that were all. */
export interface StreamEnd {
  readonly after?: number;
  /** Whatever came until then, in ms. */
  readonly within?: number;
  readonly stall?: number;
  readonly error?: DaybookError;
}

/** One read as the server saw it. */
export interface ReadLog {
  readonly path: string;
  readonly start: number;
  /** The size that the client expects. */
  readonly listed: number | undefined;
  readonly askedAt: number;
  /** What it was opened on. */
  seen: Version | undefined;
  /** Whether all bytes were delivered, and the end confirmed. */
  whole: boolean;
  /** Why not all could be, where the server is to blame. */
  excuse: string | undefined;
}

export interface ServerStreamOptions {
  readonly inode: Inode;
  readonly log: ReadLog;
  readonly start: number;
  readonly end: StreamEnd | undefined;
  readonly clock: Clock;
  readonly life: Life;
  readonly rng: Rng;
  readonly latency: number;
  readonly signal: AbortSignal | undefined;
  readonly release: (ended: string | undefined) => void;
}

/** A file on its way: piece by piece, with pauses in which the file may change and the client may die. */
export class ServerStream extends Readable {
  readonly #options: ServerStreamOptions;
  readonly #stop = () =>
    // Nobody listens to what a dead program had asked for.
    void this.destroy(this.#options.life.alive ? new DaybookError("cancelled", "stopped") : undefined);
  readonly #gone = new AbortController();
  #at: number;

  constructor(options: ServerStreamOptions) {
    super();
    this.#options = options;
    this.#at = options.start;
    options.signal?.addEventListener("abort", this.#stop, { once: true });
    const within = options.end?.within;
    if (within !== undefined)
      options.clock.sleep(within, this.#gone.signal).then(
        () => {
          options.log.whole = false;
          options.log.excuse = "cut in time";
          this.destroy(options.life.alive ? options.end!.error : undefined);
        },
        () => undefined,
      );
  }

  override _read(): void {
    const { rng, latency, clock, life } = this.#options;
    if (!life.alive) return;
    if (latency > 0 && rng.chance(0.2))
      clock.sleep(rng.int(1, latency), this.#gone.signal).then(
        () => life.alive && this.#deliver(),
        () => undefined,
      );
    else this.#deliver();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { signal, release, log } = this.#options;
    signal?.removeEventListener("abort", this.#stop);
    this.#gone.abort();
    release(error ? error.message : log.whole ? undefined : "given up");
    done(error);
  }

  #deliver(): void {
    const { inode, start, end, rng, life, log } = this.#options;
    const { bytes } = inode.version;
    log.seen = inode.version;
    const left = end?.after === undefined ? Infinity : end.after - (this.#at - start);
    if (left <= 0) return this.#endEarly();
    if (this.#at >= bytes.length) {
      log.whole = true;
      this.push(null);
      return;
    }
    const piece = rng.chance(0.5) ? 65_536 : rng.int(1, Math.max(1, bytes.length - 1));
    const chunk = bytes.subarray(this.#at, this.#at + Math.min(piece, left));
    try {
      life.step(`receive ${chunk.length} bytes of ${log.path}`, () => undefined);
    } catch {
      return;
    }
    this.#at += chunk.length;
    this.push(chunk);
  }

  #endEarly(): void {
    const { end, clock, log } = this.#options;
    const { stall, error } = end!;
    log.excuse = error?.kind ?? "ended short";
    const finish = () => {
      if (error) this.destroy(error);
      else this.push(null);
    };
    if (stall === undefined) return finish();
    clock.sleep(stall, this.#gone.signal).then(finish, () => undefined);
  }
}
