import { Worker } from "node:worker_threads";
import { DaybookError } from "../errors/daybook-error.js";

/** Neither a block nor the last: the file is given up. */
export interface HashRequest {
  readonly file: number;
  /** Its first `length` bytes come next. It is the thread's until the reply. */
  readonly block?: ArrayBuffer;
  readonly length?: number;
  readonly last: boolean;
}

export interface HashReply {
  readonly file: number;
  /** May be filled again. */
  readonly block?: ArrayBuffer;
  /** Once all bytes are through. */
  readonly sha256?: string;
}

const BLOCK = 512 * 1024;
/** Blocks that may be on their way to the thread at once. */
const MOST_UNDER_WAY = 8;

/**
 * Hashes large files beside the thread that reads them, which has enough to do with the bytes. They are copied into
 * blocks that change hands: copying into memory that both threads see at once costs several times as much.
 */
export class HashThread {
  static #running: HashThread | undefined;

  readonly #worker: Worker;
  readonly #free: ArrayBuffer[] = [];
  #underWay = 0;
  readonly #due = new Map<number, { resolve: (sha256: string) => void; reject: (error: Error) => void }>();
  readonly #waiting: (() => void)[] = [];
  #lastFile = 0;
  #failure: DaybookError | undefined;

  /** The one of this process. It starts with the first large file, and keeps no program running. */
  static get(): HashThread {
    if (HashThread.#running === undefined || HashThread.#running.#failure !== undefined)
      HashThread.#running = new HashThread();
    return HashThread.#running;
  }

  private constructor() {
    // CommonJS: a thread is up sooner without a loader of modules.
    this.#worker = new Worker(new URL("./hash-worker.cjs", import.meta.url));
    this.#worker.on("message", (reply: HashReply) => this.#take(reply));
    this.#worker.on("error", (cause) => this.#fail(`the thread that hashes failed: ${cause.message}`, cause));
    this.#worker.on("exit", () => this.#fail("the thread that hashes has ended"));
    // After the listeners: the first one makes a program wait for the thread.
    this.#mind();
  }

  begin(): ThreadedHash {
    return new ThreadedHash(this, ++this.#lastFile);
  }

  /** A block to fill; undefined while the thread has enough to do. */
  take(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#underWay >= MOST_UNDER_WAY) return undefined;
    // Files that come slowly hold on to theirs; others needn't wait for them.
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(BLOCK));
  }

  giveBack(block: ArrayBuffer): void {
    if (this.#free.length < MOST_UNDER_WAY) this.#free.push(block);
  }

  freed(): Promise<void> {
    if (this.#failure !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  post(request: HashRequest): void {
    this.#worker.postMessage(request, request.block === undefined ? [] : [request.block]);
    if (request.block === undefined) return;
    this.#underWay++;
    this.#mind();
  }

  digest(file: number): Promise<string> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#due.set(file, { resolve, reject });
      this.#mind();
    });
  }

  #take({ file, block, sha256 }: HashReply): void {
    if (sha256 !== undefined) {
      this.#due.get(file)?.resolve(sha256);
      this.#due.delete(file);
    }
    if (block !== undefined) {
      this.#underWay--;
      this.giveBack(block);
      for (const wake of this.#waiting.splice(0)) wake();
    }
    this.#mind();
  }

  /** Keeps the program running while an answer is due, and no longer. */
  #mind(): void {
    if (this.#underWay > 0 || this.#due.size > 0) this.#worker.ref();
    else this.#worker.unref();
  }

  #fail(detail: string, cause?: Error): void {
    this.#failure ??= new DaybookError("store", detail, { operation: "hash", cause });
    for (const { reject } of this.#due.values()) reject(this.#failure);
    this.#due.clear();
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** The SHA-256 of one file, worked out in the thread. */
export class ThreadedHash {
  readonly #thread: HashThread;
  readonly #file: number;
  #block: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;
  #dropped = false;

  constructor(thread: HashThread, file: number) {
    this.#thread = thread;
    this.#file = file;
  }

  /** Undefined: copied, no need to wait. */
  update(chunk: Uint8Array): Promise<void> | undefined {
    for (let at = 0; at < chunk.length;) {
      if (this.#block === undefined) {
        this.#block = this.#thread.take();
        if (this.#block === undefined) {
          const later = this.#later(chunk.subarray(at));
          // Whoever gave the file up meanwhile isn't told any more.
          later.catch(() => {});
          return later;
        }
      }
      const n = Math.min(BLOCK - this.#filled, chunk.length - at);
      this.#block.set(n === chunk.length ? chunk : chunk.subarray(at, at + n), this.#filled);
      this.#filled += n;
      at += n;
      if (this.#filled === BLOCK) this.#post(false);
    }
    return undefined;
  }

  /** In hex. */
  digest(): Promise<string> {
    const digest = this.#thread.digest(this.#file);
    this.#post(true);
    return digest;
  }

  /** It won't be asked for. */
  drop(): void {
    if (this.#block !== undefined) this.#thread.giveBack(this.#block.buffer);
    this.#block = undefined;
    this.#dropped = true;
    this.#thread.post({ file: this.#file, last: false });
  }

  #post(last: boolean): void {
    const block = this.#block?.buffer;
    this.#thread.post({ file: this.#file, block, length: this.#filled, last });
    this.#block = undefined;
    this.#filled = 0;
  }

  async #later(rest: Uint8Array): Promise<void> {
    await this.#thread.freed();
    if (!this.#dropped) await this.update(rest);
  }
}
