import type { Codec } from "./codec.js";
import { CompressedIncoming } from "./compressed-incoming.js";
import type { Delivery, Destination, Incoming } from "./destination.js";
import type { MarkKeeper } from "./destination-mark.js";
import { checkLocation } from "./local-names.js";

/** Names that say the content is packed already: to pack it again costs time and saves nothing. */
const PACKED = /\.(gz|tgz|zst|bz2|tbz2|xz|txz|lzma|lz4|br|z|zip|7z|rar|jpe?g|png|gif|webp|mp[34]|webm|mkv)$/i;

export interface CompressedDestinationOptions {
  readonly destination: Destination;
  readonly codec: Codec;
}

/**
 * Keeps files packed. `x` lands as `x.gz`; a name that says it is packed already stays as it is, bytes and all, except
 * that one that ends in `.gz` itself gets a second `.gz` and is wrapped without packing. So `x` and `x.gz` never share a
 * place, a place says how it is kept, and every `.gz` unpacks to the very bytes that were sent.
 */
export class CompressedDestination implements Destination {
  readonly #inner: Destination;
  readonly #codec: Codec;

  constructor({ destination, codec }: CompressedDestinationOptions) {
    this.#inner = destination;
    this.#codec = codec;
  }

  get place(): string | undefined {
    return this.#inner.place;
  }

  get mark(): MarkKeeper | undefined {
    return this.#inner.mark;
  }

  get suspectSince(): Date | undefined {
    return this.#inner.suspectSince;
  }

  get suspectContent(): boolean {
    return this.#inner.suspectContent ?? false;
  }

  open(): Promise<void> {
    return this.#inner.open();
  }

  locate(delivery: Delivery): string {
    const location = this.#inner.locate(delivery);
    const { path } = delivery;
    if (PACKED.test(path) && !this.#isOurs(path) && !this.#isOurs(location)) return location;
    return checkLocation(`${location}${this.#codec.suffix}`, delivery);
  }

  origin(location: string, source: string, root: string): string | undefined {
    const unpacked = this.#isOurs(location) ? location.slice(0, -this.#codec.suffix.length) : location;
    return this.#inner.origin(unpacked, source, root);
  }

  encodingOf(location: string): string | undefined {
    return this.#isOurs(location) ? this.#codec.encoding : undefined;
  }

  async begin(delivery: Delivery): Promise<Incoming> {
    const location = delivery.location ?? this.locate(delivery);
    if (!this.#isOurs(location)) return this.#inner.begin({ ...delivery, location });
    // Under a name that no file has, and that is held as long as this one is on its way.
    const raw = await this.#inner.begin({ ...delivery, location: `${location} (unpacked)` });
    const destination = this.#inner;
    const stored = PACKED.test(delivery.path);
    return new CompressedIncoming({ destination, codec: this.#codec, delivery, location, raw, stored });
  }

  stat(location: string): ReturnType<Destination["stat"]> {
    return this.#inner.stat(location);
  }

  read(location: string, encoding?: string): AsyncIterable<Uint8Array> {
    return this.#inner.read(location, encoding);
  }

  sync(location: string): Promise<void> {
    return this.#inner.sync(location);
  }

  remove(location: string): Promise<void> {
    return this.#inner.remove(location);
  }

  discard(locations: readonly string[], options?: { dryRun?: boolean }): ReturnType<Destination["discard"]> {
    return this.#inner.discard(locations, options);
  }

  list(): AsyncIterable<string> {
    return this.#inner.list();
  }

  trust(): void {
    this.#inner.trust();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #isOurs(name: string): boolean {
    return name.toLowerCase().endsWith(this.#codec.suffix);
  }
}
