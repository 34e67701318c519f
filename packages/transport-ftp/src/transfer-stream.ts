import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { DaybookError, ENDED_SHORT, whenConsumed } from "@daybook/core";
import type { SpareMemory } from "@daybook/core";
import type { DataSink } from "./data-connection.js";
import { Pace } from "./pace.js";

export interface TransferStreamOptions {
  /** Opens the data connection; its bytes go to the sink. */
  connect(sink: DataSink): Socket;
  /** How long the server may send nothing while we are willing to take something, in ms. */
  readonly timeout: number;
  /** Bytes that must come, where known. */
  readonly expected?: number;
  /** Where the bytes may be put, if the reader is done with each chunk when it goes on for more. */
  readonly spare?: SpareMemory;
  /** Bytes that may be kept before they are read; asked for again as it goes on. */
  readonly readAhead?: () => number;
  /** What failed, as it will be thrown. */
  translate(error: unknown): Error;
  /** The data connection ended, with or without an error: what the server has to say about it is due now. */
  onDataEnd(error: Error | undefined): void;
  /** Bytes per second below which it isn't getting anywhere, averaged over several time-outs. */
  readonly minRate: number;
  /** What the bytes are, for messages: "the listing". */
  readonly what: string;
  /** Called once, when the transfer is over: true where the session is in a state to go on with. */
  onSettled(clean: boolean): void;
}

/** Less isn't worth a read: what is left of a file's memory when the file is whole still takes the end. */
const LEAST_ROOM = 1024;
const MOST_MEMORY = 256 * 1024;
/** Into how many reads a read-ahead that is given is cut. */
const PARTS = 3;

/**
 * The bytes of one data connection. It ends only once the server has closed that connection, confirmed the end on the
 * control connection, and sent as many bytes as expected.
 */
export class TransferStream extends Readable {
  readonly #options: TransferStreamOptions;
  readonly #socket: Socket;
  #pace: Pace | undefined;
  #received = 0;
  #pauses = 0;
  /** Bytes to come, as far as is known. */
  #unread: number;
  #memory: Buffer | undefined;
  #used = 0;
  #wanted = false;
  #ended = false;
  #dataError: Error | undefined;
  #reply: string | undefined;
  #settled = false;
  #unmet = false;

  constructor(options: TransferStreamOptions) {
    super({ highWaterMark: 256 * 1024 });
    if (options.spare) whenConsumed(this, () => this.#spare());
    // It may fail before anybody holds it; who reads it later still gets the error.
    this.on("error", () => {});
    this.#options = options;
    this.#unread = options.expected ?? Infinity;
    this.#socket = options.connect({
      room: () => this.#room(),
      take: (chunk) => this.#take(chunk),
      sparing: options.readAhead !== undefined,
    });
    this.#socket.setTimeout(options.timeout);
    this.#socket.once("end", () => this.#dataEnd(undefined));
    this.#socket.once("close", () => this.#dataEnd(undefined));
    this.#socket.on("error", (error) => this.#dataEnd(error));
    this.#socket.once("timeout", () => {
      this.#unmet = this.#socket.connecting;
      this.fail(new Error("timeout: no data from the server"));
    });
  }

  /** The server's last word on the transfer. Known when the stream has ended. */
  get reply(): string {
    return this.#reply ?? "";
  }

  /** Bytes so far. */
  get received(): number {
    return this.#received;
  }

  /** It failed because nobody was met at the data port. */
  get unmet(): boolean {
    return this.#unmet;
  }

  /** Calls back once the data connection is there, at once if it is. Where nobody is met, never. */
  whenConnected(then: () => void): void {
    if (this.#unmet) return;
    if (!this.#socket.connecting) return then();
    this.#socket.once("connect", then);
  }

  /** The server says that all was sent. */
  confirm(reply: string): void {
    this.#reply = reply;
    this.#finish();
  }

  /** Ends it before it began, with no error to anybody: the session goes on. */
  dismiss(): void {
    this.#settled = true;
    this.destroy();
  }

  /** Ends it where what comes is too slow to get anywhere. Called now and then. */
  checkPace(): void {
    if (this.#ended || this.destroyed || this.#socket.isPaused()) return;
    this.#pace ??= new Pace(this.#options);
    const slow = this.#pace.check(this.#received, this.#pauses);
    if (slow === undefined) return;
    this.fail(new DaybookError("timeout", `${this.#options.what} came ${slow}: given up`));
  }

  fail(error: unknown): void {
    this.destroy(this.#options.translate(error));
  }

  /** The session is closed from this side. What has come whole only waits to be read, and stays. */
  cancel(): void {
    if (!this.#settled) this.fail(new DaybookError("cancelled", "the connection was closed"));
  }

  override _read(): void {
    this.#wanted = true;
    this.#goOn();
  }

  /** Tells of every chunk that is taken out of the buffer, as `_read` doesn't. */
  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    if (chunk !== null) this.#goOn();
    return chunk;
  }

  #goOn(): void {
    if (!this.#wanted || !this.#socket.isPaused() || !this.#mayCome) return;
    this.#socket.setTimeout(this.#options.timeout);
    this.#socket.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#socket.destroy();
    this.#settle(false);
    callback(error);
  }

  /**
   * The free rest of the memory, or new: as much as the file needs, so that a small one is read in a piece. Of transient
   * bytes nothing is looked at any more once the reader goes on for more.
   */
  #room(): Buffer {
    if (this.#options.spare && this.readableLength === 0 && !this.isPaused()) this.#used = 0;
    if (this.#memory === undefined || this.#memory.length - this.#used < LEAST_ROOM) {
      this.#memory =
        this.#options.spare?.take(MOST_MEMORY) ??
        Buffer.allocUnsafeSlow(Math.min(this.#unread + LEAST_ROOM, MOST_MEMORY));
      this.#used = 0;
    }
    return this.#memory.subarray(this.#used, this.#used + this.#most());
  }

  /** Bytes of one read: of few that may be read ahead a part, since the reader holds the one before meanwhile. */
  #most(): number {
    const { readAhead } = this.#options;
    if (readAhead === undefined) return MOST_MEMORY;
    const ahead = readAhead();
    // Asked for when the socket is paused, too, for when it goes on.
    return Math.max(LEAST_ROOM, Math.min(ahead - this.readableLength, Math.floor(ahead / PARTS)));
  }

  /** Whether more may come before some is read. */
  get #mayCome(): boolean {
    const { readAhead } = this.#options;
    // Where nothing is kept nobody would ever come for more.
    return readAhead === undefined || this.readableLength < Math.max(1, readAhead());
  }

  #spare(): void {
    if (this.#memory !== undefined) this.#options.spare?.giveBack(this.#memory);
    this.#memory = undefined;
  }

  #take(chunk: Buffer): boolean {
    const { expected } = this.#options;
    this.#received += chunk.length;
    this.#unread -= chunk.length;
    if (this.#memory?.buffer === chunk.buffer) this.#used += chunk.length;
    if (this.#unread < 0) {
      const detail = `the file is longer than its listing said: more than ${expected} bytes came`;
      this.fail(new DaybookError("changed", detail));
      return false;
    }
    this.#wanted = this.push(chunk);
    if (this.#wanted && this.#mayCome) return true;
    // Our own slowness is not the server's: the clock runs only while we read.
    this.#pauses++;
    this.#socket.pause();
    this.#socket.setTimeout(0);
    return false;
  }

  #dataEnd(error: Error | undefined): void {
    if (this.#ended || this.destroyed) return;
    this.#ended = true;
    this.#socket.setTimeout(0);
    this.#socket.destroy();
    this.#dataError = error;
    this.#unmet = (error as NodeJS.ErrnoException | undefined)?.syscall === "connect";
    this.#options.onDataEnd(error);
    this.#finish();
  }

  #finish(): void {
    if (!this.#ended || this.#reply === undefined || this.#settled || this.destroyed) return;
    if (this.#dataError !== undefined) {
      this.fail(this.#dataError);
      return;
    }
    const { expected } = this.#options;
    const short = expected !== undefined && this.#received < expected;
    this.#settle(true);
    if (short) {
      this.fail(
        new DaybookError(
          "cut-short",
          `the server sent ${this.#received} of ${expected} bytes and called it all`,
          { code: ENDED_SHORT },
        ),
      );
    } else {
      this.push(null);
    }
  }

  #settle(clean: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#options.onSettled(clean);
  }
}
