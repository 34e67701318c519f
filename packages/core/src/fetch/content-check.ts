import { createHash, type Hash } from "node:crypto";
import type { Inspection, Inspector } from "../inspect/inspector.js";
import type { Observation } from "../layout/path-layout.js";

/** Hash and inspectors, fed with a file's bytes in order. */
export class ContentCheck {
  readonly #hash: Hash = createHash("sha256");
  readonly #inspections: Inspection[];
  #bytes = 0;

  constructor(
    inspectors: readonly Inspector[],
    {
      record,
      observation,
    }: { readonly record: { readonly path: string }; readonly observation: Observation },
  ) {
    this.#inspections = inspectors.map((inspector) => inspector.inspect(record.path, observation));
  }

  get bytes(): number {
    return this.#bytes;
  }

  update(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
    for (const inspection of this.#inspections) inspection.update(chunk);
  }

  /** The SHA-256 in hex, once every inspector has accepted the end. */
  end(): string {
    for (const inspection of this.#inspections) inspection.end();
    return this.#hash.digest("hex");
  }
}
