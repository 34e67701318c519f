import { Readable } from "node:stream";
import type { DaybookError } from "@daybook/core";
import { DaybookError as Failure, ENDED_SHORT } from "@daybook/core";
import { at, cancelled } from "./errors.js";
import type { FileReadOptions } from "./file-read.js";
import { paceOfRead } from "./file-read.js";
import { whenAborted } from "./when-aborted.js";

/** What every server must give at once. */
const CHUNK = 32 * 1024;

/**
 * A remote file's bytes through the client, one read after the other. Ends, and fails, as a `FileStream` does: bytes past
 * the known size with kind "changed", an end before it with "cut-short".
 */
export class PlainFile extends Readable {
  readonly #options: FileReadOptions;
  #source: Readable | undefined;
  #given: number;
  /** The number of the request that is under way. */
  #request: number | undefined;
  #detached = false;
  #isOpen = false;
  #handedOut = false;
  #failure: Error | undefined;
  #forget: (() => void)[] = [];
  #opened!: { resolve: () => void; reject: (error: unknown) => void };
  readonly #opening = new Promise<void>((resolve, reject) => (this.#opened = { resolve, reject }));

  constructor(options: FileReadOptions) {
    super({ highWaterMark: CHUNK });
    this.#options = options;
    this.#given = options.start;
  }

  /** Opens the file and resolves with its first bytes or its end; what goes wrong before that is its rejection. */
  async open(): Promise<void> {
    const { session, signal, path, start, readAhead } = this.#options;
    this.#forget.push(whenAborted(signal, () => this.destroy(cancelled("stopped by the caller", "read"))));
    if (!this.destroyed) this.#forget.push(session.whenEnded((failure) => this.#fail(failure)));
    if (!this.destroyed) {
      const chunk = Math.min(CHUNK, Math.max(1024, readAhead?.() ?? CHUNK));
      this.#wait();
      session.plain.open(path, start, chunk).then(
        (source) => this.#follow(source),
        (error: unknown) => this.#fail(error),
      );
    }
    await this.#opening;
    if (this.#failure !== undefined) throw this.#failure;
    this.#handedOut = true;
  }

  override _read(): void {
    if (this.#source === undefined || this.#detached || !this.#source.isPaused()) return;
    this.#wait();
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#detach();
    if (this.#handedOut) return callback(error);
    this.#failure = error ?? cancelled("the stream was destroyed", "read");
    this.#opened.reject(this.#failure);
    callback(null);
  }

  #follow(source: Readable): void {
    if (this.destroyed) return void source.on("error", () => {}).destroy();
    this.#source = source;
    const { session } = this.#options;
    const waits = () => this.#request !== undefined;
    const brought = () => this.#given - this.#options.start;
    this.#forget.push(paceOfRead(session, { waits, brought, onTooSlow: (failure) => this.#fail(failure) }));
    this.#wait();
    source.once("open", () => this.#countOpen(1));
    source.on("data", (chunk: Buffer) => this.#take(chunk));
    source.once("end", () => this.#end());
    source.on("error", (error) => this.#fail(error));
  }

  #countOpen(change: 1 | -1): void {
    if (this.#isOpen === change > 0 || (change > 0 && this.#detached)) return;
    this.#isOpen = change > 0;
    this.#options.session.openFiles += change;
  }

  #take(chunk: Buffer): void {
    this.#answered();
    const { size } = this.#options;
    this.#given += chunk.length;
    if (size !== undefined && this.#given > size) {
      return this.#differs("changed", `the file has more than the ${size} bytes it was listed with`);
    }
    const more = this.push(chunk);
    this.#opened.resolve();
    if (more) this.#wait();
    else this.#source?.pause();
  }

  #end(): void {
    this.#answered();
    const { size } = this.#options;
    this.#detach();
    if (size !== undefined && this.#given < size) {
      return this.#differs("cut-short", `the file ended after ${this.#given} of ${size} bytes`);
    }
    this.push(null);
    this.#opened.resolve();
  }

  #wait(): void {
    this.#request ??= this.#options.session.watch.begin();
  }

  #answered(): void {
    if (this.#request !== undefined) this.#options.session.watch.answered(this.#request);
    this.#request = undefined;
  }

  #differs(kind: "changed" | "cut-short", detail: string): void {
    // The server confirmed the end, wherever it is.
    const code = kind === "cut-short" ? ENDED_SHORT : undefined;
    this.destroy(new Failure(kind, detail, { operation: "read", path: this.#options.path, code }));
  }

  #fail(error: unknown): void {
    if (typeof (error as DaybookError).code === "number") this.#answered();
    this.destroy(at(error, "read", this.#options.path));
  }

  #detach(): void {
    if (this.#detached) return;
    this.#detached = true;
    for (const forget of this.#forget) forget();
    if (this.#request !== undefined) this.#options.session.watch.dropped(this.#request);
    this.#countOpen(-1);
    this.#source?.on("error", () => {}).destroy();
    this.#options.onDone();
  }
}
