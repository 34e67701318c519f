import { Readable } from "node:stream";
import type { DaybookError } from "@daybook/core";
import type { RemoteFile } from "../remote-tree.js";

export interface FileStreamOptions {
  readonly file: RemoteFile;
  readonly start: number;
  /** Bytes delivered at most, and what happens then. */
  readonly limit?: { readonly bytes: number; readonly then: "end" | "stall" | DaybookError };
  /** Called once, when the stream is over in whatever way. */
  onClose(): void;
}

/** An open file as a stream that reads only as fast as it is drained. */
export class FileStream extends Readable {
  readonly #options: FileStreamOptions;
  #sent = 0;

  constructor(options: FileStreamOptions) {
    super();
    this.#options = options;
  }

  override _read(size: number): void {
    const { file, start, limit } = this.#options;
    const wanted = Math.min(size, (limit?.bytes ?? Infinity) - this.#sent);
    if (wanted > 0) {
      const chunk = file.read(start + this.#sent, wanted);
      this.#sent += chunk.length;
      this.push(chunk.length > 0 ? chunk : null);
    } else if (limit?.then === "end") {
      this.push(null);
    } else if (limit !== undefined && limit.then !== "stall") {
      this.destroy(limit.then);
    }
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.file.close();
    this.#options.onClose();
    done(error);
  }
}
