import type { Duplex } from "node:stream";
import type { DaybookError } from "@daybook/core";
import { DaybookError as Failure, isDaybookError } from "@daybook/core";
import { cut, malformed } from "./border.js";
import { endsConnection, fromWire } from "./errors.js";
import { ReplyReader } from "./reply-reader.js";
import type { RequestWatch } from "./request-watch.js";
import { encode, Fields, REPLY, STATUS, VERSION } from "./wire.js";

/** How a request ended: with a failure, with a value, or with neither where the server says that there is no more. */
export type Done<T> = (failure: DaybookError | undefined, value: T | undefined) => void;

/** What is asked, and how the answer is read. */
export interface Request<T> {
  readonly type: number;
  /** A path or a handle. */
  readonly subject: string | Buffer;
  readonly numbers?: readonly number[];
  /** The type of the reply that carries a value; STATUS where there is none. */
  readonly reply: number;
  /** Throws kind "protocol" for what can't be read: the request alone fails with that. */
  readonly parse: (fields: Fields) => T;
  /** Where a reply of so many bytes may be put. */
  readonly memory?: (length: number) => Buffer | undefined;
}

interface Pending {
  readonly number: number;
  readonly request: Request<unknown>;
  readonly done: Done<unknown>;
}

export interface SftpChannelOptions {
  /** The subsystem's bytes, both ways. */
  readonly stream: Duplex;
  readonly watch: RequestWatch;
  /** Called with what made the channel useless; the requests on it are still to be ended. */
  readonly onBroken: (failure: DaybookError) => void;
}

/**
 * SFTP over one SSH channel. Requests made in one turn of the event loop go out together: each packet of SSH costs its
 * own encryption and system call, here and at the server, which is several times the cost of what is in it. A reply whose
 * inside can't be read fails its own request; only what leaves it open where replies begin, or whose they are, breaks the
 * channel.
 */
export class SftpChannel {
  readonly #stream: Duplex;
  readonly #watch: RequestWatch;
  readonly #onBroken: (failure: DaybookError) => void;
  readonly #reader = new ReplyReader(
    (type, id, body) => this.#answer(type, id, body),
    (id, length) => this.#pending.get(id)?.request.memory?.(length),
  );
  readonly #pending = new Map<number, Pending>();
  #greeted: ((extensions: Set<string>) => void) | undefined;
  #outgoing: Buffer[] = [];
  #broken = false;

  constructor({ stream, watch, onBroken }: SftpChannelOptions) {
    this.#stream = stream;
    this.#watch = watch;
    this.#onBroken = onBroken;
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
  }

  /** Waits for the answer to the greeting, which was sent: the names of what the server can do beyond the version. */
  greet(): Promise<Set<string>> {
    return new Promise((resolve) => (this.#greeted = resolve));
  }

  request<T>(request: Request<T>, done: Done<T>): void {
    const number = this.#watch.begin();
    // Ids start again from 0 after 2^32.
    const id = number % 2 ** 32;
    this.#pending.set(id, { number, request, done: done as Done<unknown> });
    const { type, subject, numbers = [] } = request;
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(encode(type, id, subject, numbers));
  }

  /** Ends every request with the failure. */
  end(failure: DaybookError): void {
    this.#broken = true;
    this.#outgoing = [];
    const ended = [...this.#pending.values()];
    this.#pending.clear();
    for (const { number, done } of ended) {
      this.#watch.dropped(number);
      done(failure, undefined);
    }
  }

  #flush(): void {
    const packets = this.#outgoing;
    this.#outgoing = [];
    if (packets.length > 0) this.#stream.write(packets.length === 1 ? packets[0] : Buffer.concat(packets));
  }

  #receive(chunk: Buffer): void {
    if (this.#broken) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#broken = true;
      this.#onBroken(fromWire(error, "request"));
    }
  }

  #answer(type: number, id: number, body: Buffer): void {
    if (this.#broken) return;
    const fields = new Fields(body);
    if (this.#greeted !== undefined) return this.#meet(type, id, fields);
    const pending = this.#pending.get(id);
    if (pending === undefined) throw malformed("it answers nothing that was asked");
    const { number, request, done } = pending;
    const { failure, value } = outcome(type, fields, request);
    this.#pending.delete(id);
    this.#watch.answered(number);
    if (failure !== undefined && endsConnection(failure)) this.#onBroken(failure);
    done(failure, value);
  }

  #meet(type: number, version: number, fields: Fields): void {
    if (type !== REPLY.VERSION) throw malformed(`it has the type ${type} where SFTP begins with its version`);
    if (version !== VERSION) {
      throw new Failure("unsupported", `the server speaks version ${version} of SFTP, not ${VERSION}`);
    }
    const extensions = new Set<string>();
    for (; fields.left > 0; fields.bytes()) extensions.add(fields.text());
    this.#greeted!(extensions);
    this.#greeted = undefined;
  }
}

interface Outcome {
  readonly failure?: DaybookError;
  readonly value?: unknown;
}

function outcome(type: number, fields: Fields, request: Request<unknown>): Outcome {
  try {
    if (type === REPLY.STATUS) return { failure: statusIn(fields, request) };
    if (type !== request.reply) throw malformed(`it has the type ${type}, not ${request.reply}`);
    return { value: request.parse(fields) };
  } catch (error) {
    if (isDaybookError(error, "protocol")) return { failure: error };
    throw error;
  }
}

/** What a status says of a request: undefined where it is done, or where there is no more. */
function statusIn(fields: Fields, { reply }: Request<unknown>): DaybookError | undefined {
  const code = fields.number();
  if (code === STATUS.END_OF_FILE || (code === STATUS.OK && reply === REPLY.STATUS)) return undefined;
  if (code === STATUS.OK) throw malformed("it holds nothing of what was asked for");
  // Some servers leave the text out.
  const message = fields.left > 0 ? cut(fields.text()) : "";
  return fromWire({ message, code }, "request");
}
