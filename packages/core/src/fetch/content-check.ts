import { createHash, type Hash } from "node:crypto";
import type { Inspection, Inspector } from "../inspect/inspector.js";
import type { Observation } from "../layout/path-layout.js";
import { HashThread, ThreadedHash } from "./hash-thread.js";

/** From here on a file is hashed in a thread beside: below, handing it over costs as much as it saves. */
const LARGE = 1024 * 1024;

export interface CheckedFile {
  readonly record: { readonly path: string };
  readonly observation: Observation;
  /** Bytes, as far as known. */
  readonly size?: number;
}

/** Hash and inspectors, fed with a file's bytes in order. */
export class ContentCheck {
  readonly #hash: Hash | ThreadedHash;
  readonly #inspections: Inspection[];
  #bytes = 0;
  #ended = false;

  constructor(inspectors: readonly Inspector[], { record, observation, size }: CheckedFile) {
    this.#hash = size !== undefined && size >= LARGE ? HashThread.get().begin() : createHash("sha256");
    this.#inspections = inspectors.map((inspector) => inspector.inspect(record.path, observation));
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Undefined: no need to wait for the chunk's memory, nor for more. */
  update(chunk: Uint8Array): Promise<void> | undefined {
    this.#bytes += chunk.length;
    for (const inspection of this.#inspections) inspection.update(chunk);
    const room = this.#hash.update(chunk);
    return room instanceof Promise ? room : undefined;
  }

  /** The SHA-256 in hex, once every inspector has accepted the end. */
  end(): string | Promise<string> {
    for (const inspection of this.#inspections) inspection.end();
    this.#ended = true;
    return this.#hash instanceof ThreadedHash ? this.#hash.digest() : this.#hash.digest("hex");
  }

  /** Nothing more comes of it. Safe after the end. */
  drop(): void {
    if (!this.#ended && this.#hash instanceof ThreadedHash) this.#hash.drop();
    this.#ended = true;
  }
}
