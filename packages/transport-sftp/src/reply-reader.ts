import { LONGEST_REPLY, malformed } from "./border.js";

/** Length, type and id. */
const HEAD = 9;

/** Cuts a channel's bytes, in whatever pieces they come, into replies. */
export class ReplyReader {
  readonly #take: (type: number, id: number, body: Buffer) => void;
  readonly #memory: (id: number, length: number) => Buffer | undefined;
  readonly #head = Buffer.allocUnsafe(HEAD);
  #headFilled = 0;
  #body: Buffer | undefined;
  #bodyFilled = 0;

  /**
   * `take` gets each reply with what follows its id, which it may keep. One that comes in pieces is put together in the
   * first bytes of what `memory` gives for its id, if anything.
   */
  constructor(
    take: (type: number, id: number, body: Buffer) => void,
    memory: (id: number, length: number) => Buffer | undefined,
  ) {
    this.#take = take;
    this.#memory = memory;
  }

  /** Throws kind "protocol" where it can't be SFTP. The bytes are kept: they must not be written to later. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body === undefined) {
        const missing = Math.min(HEAD - this.#headFilled, chunk.length - at);
        for (let i = 0; i < missing; i++) this.#head[this.#headFilled++] = chunk[at++]!;
        if (this.#headFilled < HEAD) return;
        const length = this.#bodyLength();
        if (length <= chunk.length - at) {
          this.#finish(chunk.subarray(at, at + length));
          at += length;
          continue;
        }
        const memory = this.#memory(this.#head.readUInt32BE(5), length);
        this.#body = memory?.subarray(0, length) ?? Buffer.allocUnsafe(length);
        this.#bodyFilled = 0;
      }
      const copied = chunk.copy(this.#body, this.#bodyFilled, at);
      at += copied;
      this.#bodyFilled += copied;
      if (this.#bodyFilled === this.#body.length) this.#finish(this.#body);
    }
  }

  #bodyLength(): number {
    const length = this.#head.readUInt32BE(0);
    if (length < HEAD - 4 || length > LONGEST_REPLY) throw malformed(`its length is given as ${length}`);
    return length - (HEAD - 4);
  }

  #finish(body: Buffer): void {
    this.#headFilled = 0;
    this.#body = undefined;
    this.#take(this.#head[4]!, this.#head.readUInt32BE(5), body);
  }
}
