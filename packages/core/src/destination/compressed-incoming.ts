import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DaybookError } from "../errors/daybook-error.js";
import type { Codec } from "./codec.js";
import type { Delivered, Delivery, Destination, Incoming } from "./destination.js";

/** What is no larger than this is packed from memory, and never written as it was sent. */
const SMALL = 256 * 1024;

export interface CompressedIncomingOptions {
  readonly destination: Pick<Destination, "begin" | "stat">;
  readonly codec: Codec;
  readonly delivery: Delivery;
  /** Where the packed file lands. */
  readonly location: string;
  /** Takes the bytes as they come; never committed. */
  readonly raw: Incoming;
  /** Whether the content is packed already, and only to be wrapped. */
  readonly stored: boolean;
}

/**
 * A file on its way in that is packed when it is whole. Until then its part holds the bytes as they were sent, so that
 * it is continued byte by byte like any other; the packed one gets a part of its own, and its name like any other.
 */
export class CompressedIncoming implements Incoming {
  readonly location: string;
  readonly #options: CompressedIncomingOptions;
  #raw: Incoming;
  /** What came so far, while it is small and nothing was kept. */
  #small: Uint8Array[] | undefined = [];
  #bytes = 0;
  #packed: Incoming | undefined;

  constructor(options: CompressedIncomingOptions) {
    this.#options = options;
    this.location = options.location;
    this.#raw = options.raw;
    this.#bytes = options.raw.kept;
    if (options.raw.kept > 0) this.#small = undefined;
  }

  get kept(): number {
    return this.#raw.kept;
  }

  readKept(): AsyncIterable<Uint8Array> {
    return this.#raw.readKept();
  }

  async restart(): Promise<void> {
    if (this.#small === undefined) await this.#raw.restart();
    this.#small = [];
    this.#bytes = 0;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#bytes += chunk.length;
    if (this.#small === undefined) return this.#raw.write(chunk);
    if (this.#bytes <= SMALL) {
      // Not slice, which of a Buffer is no copy.
      this.#small.push(Buffer.from(chunk));
      return undefined;
    }
    return this.#spill(this.#small, chunk);
  }

  async commit(options: { replace: boolean }): Promise<Delivered> {
    const { destination, delivery, location, codec } = this.#options;
    // Asked again when the name is given; this spares the packing.
    if (!options.replace && (await destination.stat(location)) !== undefined) throw this.#taken();
    const bytes = this.#small ?? (await this.#readBack());
    // A part of its own: under another path, and of no size, since nobody knows it before.
    const path = `${delivery.path}\0${codec.encoding}`;
    const packed = await destination.begin({ ...delivery, path, size: undefined, location });
    this.#packed = packed;
    if (packed.kept > 0) await packed.restart();
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        (async () => packed.write(chunk))().then(() => done(), done);
      },
    });
    const source = Readable.from(bytes, { objectMode: false });
    await pipeline(source, codec.pack({ stored: this.#options.stored }), sink);
    const { size } = await packed.commit(options);
    this.#packed = undefined;
    this.#small = undefined;
    await this.#raw.abort({ keep: false });
    return { location, size, encoding: codec.encoding };
  }

  async abort({ keep }: { keep: boolean }): Promise<void> {
    await this.#packed?.abort({ keep: false });
    this.#packed = undefined;
    if (keep && this.#small !== undefined && this.#bytes > 0) {
      const small = this.#small;
      this.#small = undefined;
      // A full disk can't keep them; they are fetched again.
      for (const chunk of small) await this.#raw.write(chunk)?.catch(() => (keep = false));
    }
    this.#small = undefined;
    await this.#raw.abort({ keep });
  }

  async #spill(small: readonly Uint8Array[], chunk: Uint8Array): Promise<void> {
    this.#small = undefined;
    for (const one of [...small, chunk]) await this.#raw.write(one);
  }

  /** What was written to the part, from the disk: it is kept, and begun again. */
  async #readBack(): Promise<AsyncIterable<Uint8Array>> {
    const { destination, delivery, location } = this.#options;
    await this.#raw.abort({ keep: true });
    this.#raw = await destination.begin({ ...delivery, location: `${location} (unpacked)` });
    if (this.#raw.kept === this.#bytes) return this.#raw.readKept();
    throw new DaybookError(
      "no-space",
      "its part could not be written to the end: make room, then start again",
      {
        operation: "commit",
        source: delivery.source,
        path: delivery.path,
      },
    );
  }

  #taken(): DaybookError {
    const { source, path } = this.#options.delivery;
    const detail = `${this.location} is there already, and Daybook didn't put it there`;
    return new DaybookError("config", detail, { operation: "commit", source, path });
  }
}
