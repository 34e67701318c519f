import { Readable } from "node:stream";
import { DaybookError, ENDED_SHORT, whenConsumed } from "@daybook/core";
import type { SpareMemory } from "@daybook/core";
import { MOST_READS } from "./border.js";
import { at, cancelled } from "./errors.js";
import type { FastPath } from "./fast-path.js";
import type { FileReadOptions } from "./file-read.js";
import { paceOfRead } from "./file-read.js";
import { whenAborted } from "./when-aborted.js";

const MIB = 1024 * 1024;
/** What one file may have asked for and not yet handed on; shared out where many files are read at once. */
const WINDOW = { most: 2 * MIB, least: MIB / 2, perSession: 8 * MIB };
/** Into how many reads a read-ahead that is given is cut. */
const PARTS = 3;
/** Less isn't worth a request. */
const LEAST_READ = 1024;

/** The bytes of one reply. */
interface Reply {
  readonly bytes: Buffer;
  /** What they are in, where that may be used again. */
  readonly memory?: Buffer;
}

/** Replies after which a server must have shown that it gives more than crumbs, and the bytes of a crumb. */
const CRUMBS = { replies: 2048, bytes: 256 };

export interface FileStreamOptions extends FileReadOptions {
  readonly fast: FastPath;
  /** Files being read on the session now, this one included. */
  readonly readers: number;
  /** Where the bytes may be put, if the reader is done with each chunk when it goes on for more. */
  readonly spare?: SpareMemory;
}

/**
 * A remote file's bytes in order, from reads that overtake the consumer up to a window. It ends where the server says
 * the file ends, and nowhere else: bytes past the known size fail with kind "changed", an end before it with "cut-short".
 */
export class FileStream extends Readable {
  readonly #options: FileStreamOptions;
  #largest = 0;
  #window = 1;
  #handle: Buffer | undefined;
  /** By position: what came before its turn. */
  readonly #arrived = new Map<number, Reply>();
  /** Memory that was handed on, with the position at which its bytes end, in order. */
  readonly #held: { readonly memory: Buffer; readonly end: number }[] = [];
  readonly #opened: Promise<void>;
  #failure: Error | undefined;
  #settleOpened!: { resolve: () => void; reject: (error: unknown) => void };
  #handedOut = false;
  #wanted = true;
  #asked: number;
  #given: number;
  #underWay = 0;
  #replies = 0;
  #probed = false;
  #end = Infinity;
  #detached = false;
  #bytes = 0;
  #forgetSession: () => void = () => {};
  #forgetPace: () => void = () => {};
  #forgetSignal: () => void = () => {};

  constructor(options: FileStreamOptions) {
    super({ highWaterMark: MIB });
    this.#options = options;
    this.#asked = this.#given = options.start;
    const { spare } = options;
    if (spare !== undefined) whenConsumed(this, () => this.#release(Infinity));
    this.#opened = new Promise((resolve, reject) => (this.#settleOpened = { resolve, reject }));
  }

  /**
   * Opens the file and resolves with the first reply to a read: only that tells a directory from a file. What goes wrong
   * before whoever waits here goes on is this promise's rejection; from then on it is the stream's error.
   */
  async open(): Promise<void> {
    const { session, fast, signal, path } = this.#options;
    this.#forgetSignal = whenAborted(signal, () => this.destroy(cancelled("stopped by the caller", "read")));
    // A stream that waits for its consumer has no request under way that would tell it.
    if (!this.destroyed) this.#forgetSession = session.whenEnded((failure) => this.#fail(failure));
    if (!this.destroyed) fast.openFile(path, (failure, handle) => this.#begin(failure, handle));
    await this.#opened;
    if (this.#failure !== undefined) throw this.#failure;
    this.#handedOut = true;
  }

  override _read(): void {
    this.#wanted = true;
    this.#hand();
  }

  /** Tells of every chunk that is taken out of the buffer, as `_read` doesn't. */
  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    if (chunk !== null && this.#options.readAhead && !this.#detached && !this.destroyed) this.#ask();
    return chunk;
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#forgetSignal();
    this.#arrived.clear();
    this.#detach();
    if (this.#handedOut) return callback(error);
    // Nobody listens yet: an error event would end the program.
    this.#failure = error ?? cancelled("the stream was destroyed", "read");
    this.#settleOpened.reject(this.#failure);
    callback(null);
  }

  #begin(failure: DaybookError | undefined, handle: Buffer | undefined): void {
    const { session, fast, readers } = this.#options;
    if (handle === undefined) return this.#fail(failure);
    if (this.destroyed) return fast.closeHandle(handle);
    this.#handle = handle;
    session.openFiles++;
    this.#largest = fast.largestRead;
    const share = Math.min(WINDOW.most, Math.max(WINDOW.least, WINDOW.perSession / readers));
    this.#window = Math.min(MOST_READS, Math.max(1, Math.floor(share / this.#largest)));
    this.#forgetPace = paceOfRead(session, {
      waits: () => this.#underWay > 0,
      brought: () => this.#bytes,
      onTooSlow: (tooSlow) => this.#fail(tooSlow),
    });
    this.read(0);
  }

  #ask(): void {
    const { size } = this.#options;
    // Of unknown length: gently, since most of what is asked for past the end is for nothing.
    const window = size === undefined ? Math.min(this.#window, 2 + this.#replies) : this.#window;
    while (this.#wanted && this.#underWay < window && this.#end === Infinity) {
      const most = this.#most;
      if (most === 0) return;
      if (size === undefined || this.#asked < size) {
        const length = size === undefined ? most : Math.min(most, size - this.#asked);
        this.#read(this.#asked, length);
        this.#asked += length;
      } else if (!this.#probed) {
        // One byte past what is expected: that costs no wait, and the answer should be the end.
        this.#probed = true;
        this.#read(this.#asked, 1);
      } else {
        return;
      }
    }
  }

  /** Bytes that the next read may ask for; 0 for none yet. */
  get #most(): number {
    const { readAhead } = this.#options;
    if (readAhead === undefined) return this.#largest;
    const ahead = Math.max(1, readAhead());
    // A part, so that one is on its way while the reader holds another.
    const part = Math.min(ahead, this.#largest, Math.max(LEAST_READ, Math.floor(ahead / PARTS)));
    return ahead - (this.#asked - this.#given) - this.readableLength < part ? 0 : part;
  }

  #read(position: number, length: number): void {
    this.#underWay++;
    const { fast, spare } = this.#options;
    let memory: Buffer | undefined;
    const take = spare && ((length: number) => (memory = spare.take(length)));
    fast.read(this.#handle!, { position, length, memory: take }, (failure, bytes) => {
      this.#underWay--;
      this.#replies++;
      if (failure !== undefined) return this.#fail(failure);
      if (this.destroyed) return;
      this.#bytes += bytes?.length ?? 0;
      if (this.#givesCrumbs) return this.#fail(crumbs(this.#bytes, this.#replies));
      if (bytes === undefined) {
        this.#end = Math.min(this.#end, position);
      } else {
        this.#arrived.set(position, { bytes, memory });
        // A short answer is not the end: the rest is asked for.
        if (bytes.length < length) this.#read(position + bytes.length, length - bytes.length);
      }
      this.#settleOpened.resolve();
      this.#hand();
    });
  }

  get #givesCrumbs(): boolean {
    return this.#replies > CRUMBS.replies && this.#bytes < this.#replies * CRUMBS.bytes;
  }

  #hand(): void {
    const { size } = this.#options;
    this.#release(this.#readUpTo);
    let reply = this.#arrived.get(this.#given);
    while (this.#wanted && reply !== undefined) {
      const { bytes, memory } = reply;
      this.#arrived.delete(this.#given);
      this.#given += bytes.length;
      if (size !== undefined && this.#given > size) {
        return this.#differs("changed", `the file has more than the ${size} bytes it was listed with`);
      }
      if (memory !== undefined) this.#held.push({ memory, end: this.#given });
      this.#wanted = this.push(bytes);
      this.#release(this.#readUpTo);
      reply = this.#arrived.get(this.#given);
    }
    if (this.#underWay === 0 && this.#end !== Infinity) this.#finish();
    else this.#ask();
  }

  /** Up to where the reader is done: it looks at the last chunk it was given until it goes on. */
  get #readUpTo(): number {
    const given = this.#given - this.readableLength;
    return this.isPaused() ? given - 1 : given;
  }

  #release(end: number): void {
    const { spare } = this.#options;
    while (this.#held.length > 0 && this.#held[0]!.end <= end) spare?.giveBack(this.#held.shift()!.memory);
  }

  #finish(): void {
    const { size } = this.#options;
    this.#detach();
    if (size !== undefined && this.#end < size) {
      return this.#differs("cut-short", `the file ended after ${this.#end} of ${size} bytes`);
    }
    if ([...this.#arrived.keys()].some((position) => position >= this.#end)) {
      return this.#differs("changed", "the file grew while it was read");
    }
    if (this.#arrived.size === 0) this.push(null);
  }

  #differs(kind: "changed" | "cut-short", detail: string): void {
    // The server confirmed the end, wherever it is.
    const code = kind === "cut-short" ? ENDED_SHORT : undefined;
    this.destroy(new DaybookError(kind, detail, { operation: "read", path: this.#options.path, code }));
  }

  #fail(error: unknown): void {
    this.destroy(this.#handedOut ? at(error, "read", this.#options.path) : (error as Error));
  }

  #detach(): void {
    if (this.#detached) return;
    this.#detached = true;
    this.#forgetSession();
    this.#forgetPace();
    const { session, fast } = this.#options;
    if (this.#handle !== undefined) {
      session.openFiles--;
      fast.closeHandle(this.#handle);
    }
    this.#options.onDone();
  }
}

function crumbs(bytes: number, replies: number): DaybookError {
  return new DaybookError(
    "protocol",
    `the server gave ${bytes} bytes in ${replies} replies: it can't be read like that`,
  );
}
