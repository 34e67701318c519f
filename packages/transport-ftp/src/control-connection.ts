import type { NameCodec } from "@daybook/core";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { DaybookError } from "@daybook/core";
import { FTPContext, FTPError } from "basic-ftp";
import { ReplyReader } from "./reply-reader.js";
import type { Reply } from "./reply-reader.js";

type ResponseHandler = Parameters<FTPContext["handle"]>[1];

/** "150 wait" and the like, for one command. */
const MOST_PRELIMINARY = 20;
/** Replies that come along with the one that was asked for. */
const MOST_UNASKED = 10;
/** How often deadlines are looked at, in parts of the time-out. */
const LOOKS = 4;
const LEAST_LOOK = 20;

const ASCII = /^[\0-\x7f]*$/;

export interface ControlConnectionOptions {
  /** How long the server may keep silent while something is expected of it, in ms. */
  readonly timeout: number;
  readonly codec: NameCodec;
  /** Called several times in each time-out. */
  onLook(): void;
}

/**
 * The control connection. The library's task and socket handling, but with a reader of replies that has bounds, and with
 * deadlines: the silence of a socket says nothing of a server that sends a byte now and then.
 */
export class ControlConnection extends FTPContext {
  #reader = new ReplyReader();
  readonly #ticker: NodeJS.Timeout;
  readonly #codec: NameCodec;
  #replies = 0;
  #preliminary = 0;
  #unasked = 0;
  #due = Infinity;
  #awaited = "";
  #since = 0;
  #overallDue = Infinity;
  #overall = "";

  constructor({ timeout, codec, onLook }: ControlConnectionOptions) {
    // A character for each byte: what the bytes mean is the codec's to say.
    super(timeout, "latin1");
    this.#codec = codec;
    this.#ticker = setInterval(
      () => {
        this.#checkDeadlines();
        onLook();
      },
      Math.max(LEAST_LOOK, timeout / LOOKS),
    );
    this.#ticker.unref();
  }

  /** Replies so far. */
  get replies(): number {
    return this.#replies;
  }

  /** Something that isn't FTP was heard since the last command, and nothing that is. */
  get garbage(): Error | undefined {
    const heard = this.#reader.garbage;
    if (heard === "" || /^\d{3}/.test(heard)) return undefined;
    return new Error(`unreadable reply, is this an FTP server? It said: ${heard}`);
  }

  /** Ends the connection unless what is awaited, a noun, is there in so many ms. One thing at a time. */
  expect(awaited: string, ms: number): void {
    this.#awaited = awaited;
    this.#since = performance.now();
    this.#due = this.#since + ms;
  }

  expectNothing(): void {
    this.#due = Infinity;
  }

  /** The same for what takes several exchanges. Undefined: it is over. */
  expectOverall(awaited: string | undefined, ms = 0): void {
    this.#overall = awaited ?? "";
    this.#overallDue = awaited === undefined ? Infinity : performance.now() + ms;
  }

  /** Like `handle`. The library writes down a stack for every command, which costs more than the command. */
  exchange(command: string | undefined, handler: ResponseHandler): Promise<unknown> {
    this.#preliminary = 0;
    this.#unasked = 0;
    this.#reader.forgetGarbage();
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return this.handle(command && this.#onWire(command), handler);
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  /** Sends commands in one packet, within an exchange. */
  sendNow(...commands: string[]): void {
    this.socket.write(this.#onWire(commands.map((command) => `${command}\r\n`).join("")), this.encoding);
  }

  /** The last reply to one command. 2xx and 3xx resolve, the rest rejects with an `FTPError`. */
  ask(command: string): Promise<Reply> {
    if (/[\r\n\0]/.test(command)) {
      const detail = "a name with line ends or NUL in it can't be asked for";
      return Promise.reject(new DaybookError("unsupported", detail));
    }
    const answer = this.exchange(command, (reply, task) => {
      if (reply instanceof Error) task.reject(this.explain(reply));
      else if (reply.code >= 200) task.resolve(reply);
      else return;
      this.expectNothing();
    });
    this.expect(`an answer to ${command.split(" ", 1)[0]}`, 2 * this.timeout);
    return answer as Promise<Reply>;
  }

  /** A time-out, told by what was heard instead. */
  explain(error: Error): Error {
    if (error instanceof FTPError || !/timeout/i.test(error.message)) return error;
    return this.garbage ?? error;
  }

  /** Goes on with the connection encrypted. What was said in the clear before, and isn't whole, is forgotten. */
  secured(socket: TLSSocket, options: ConnectionOptions): void {
    this.#reader = new ReplyReader();
    this.socket = socket;
    this.tlsOptions = options;
  }

  unexpected(reply: { readonly message: string }): void {
    this.closeWithError(new Error(`unexpected reply: ${reply.message}`));
  }

  override closeWithError(error: Error): void {
    clearInterval(this.#ticker);
    super.closeWithError(error);
  }

  protected override _onControlSocketData(chunk: string): void {
    try {
      let alone = true;
      for (const reply of this.#reader.take(chunk)) {
        this.#reply(this.#inText(reply), alone);
        alone = false;
        if (this._closingError) return;
      }
      if (this.#replies === 0 && this.#reader.heardGarbage) this.closeWithError(this.garbage!);
    } catch (error) {
      this.closeWithError(error as Error);
    }
  }

  #reply(reply: Reply, alone: boolean): void {
    this.#replies++;
    if (this._task === undefined) {
      // Behind an answer that is just there it does no harm; later it would be taken for the next command's.
      if (alone || ++this.#unasked > MOST_UNASKED) this.unexpected(reply);
      return;
    }
    if (reply.code < 200 && ++this.#preliminary > MOST_PRELIMINARY) {
      const detail = `the server put its answer off ${MOST_PRELIMINARY} times (it said: ${reply.message})`;
      this.closeWithError(new DaybookError("protocol", detail));
      return;
    }
    this._passToHandler(reply.code >= 400 ? new FTPError(reply) : reply);
  }

  #onWire(text: string): string {
    return ASCII.test(text) ? text : this.#codec.encode(text).toString("latin1");
  }

  #inText(reply: Reply): Reply {
    const decode = (text: string) => this.#codec.decode(Buffer.from(text, "latin1"));
    if (reply.lines.every((line) => ASCII.test(line))) return reply;
    return { code: reply.code, message: decode(reply.message), lines: reply.lines.map(decode) };
  }

  #checkDeadlines(): void {
    const now = performance.now();
    const late =
      now > this.#due
        ? { awaited: this.#awaited, ms: now - this.#since }
        : now > this.#overallDue && { awaited: this.#overall, ms: undefined };
    if (!late) return;
    const { pending } = this.#reader;
    const came = pending > 0 ? `: ${pending} bytes of a reply came` : "";
    const within = late.ms === undefined ? "in time" : `within ${Math.round(late.ms / 1000)} s`;
    this.closeWithError(
      this.garbage ?? new DaybookError("timeout", `there was no end to ${late.awaited} ${within}${came}`),
    );
  }
}
