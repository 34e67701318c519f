import type { NameCodec } from "@daybook/core";
import { LISTING_LIMITS } from "./limits.js";
import type { ListingLimits } from "./limits.js";
import { LineSplitter } from "./line-splitter.js";
import type { Line } from "./line-splitter.js";

/** Names as NLST gives them, one a line, some with the path before them; read as they arrive, within limits. */
export class NameList {
  readonly #codec: NameCodec;
  readonly #limits: ListingLimits;
  readonly #splitter: LineSplitter;
  readonly #names: string[] = [];
  #bytes = 0;
  #lines = 0;
  #odd = false;

  constructor({ codec, limits }: { codec: NameCodec; limits?: Partial<ListingLimits> }) {
    this.#codec = codec;
    this.#limits = { ...LISTING_LIMITS, ...limits };
    this.#splitter = new LineSplitter(this.#limits.line);
  }

  /** Whether a limit was reached: there is no use in reading on. */
  get full(): boolean {
    return this.#bytes > this.#limits.bytes || this.#lines > this.#limits.lines;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.full) return;
    for (const line of this.#splitter.push(chunk)) this.#line(line);
  }

  /** All names, without "." and "..". Undefined where one of them can't be read, or there are more than can be. */
  end(): string[] | undefined {
    const last = this.#splitter.end();
    if (last !== undefined) this.#line(last);
    return this.#odd || this.full ? undefined : this.#names;
  }

  #line({ text, cut }: Line): void {
    this.#lines++;
    if (cut || text.includes("\r")) this.#odd = true;
    if (this.#odd || this.full) return;
    const name = this.#codec.decode(Buffer.from(text.slice(text.lastIndexOf("/") + 1), "latin1"));
    if (!["", ".", ".."].includes(name)) this.#names.push(name);
  }
}
