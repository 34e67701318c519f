import { Readable } from "node:stream";
import { asDaybookError, type DaybookError } from "@daybook/core";
import type { AcmeSession } from "./acme-session.js";

export interface BodyStreamOptions {
  readonly session: AcmeSession;
  /** How many bytes make the body: only then it is at its end. */
  readonly length: number;
  readonly translate: (error: unknown) => DaybookError;
  /** Called once, when the session is no longer needed. */
  readonly onClose: () => void;
}

/** The bytes that follow a reply. */
export class BodyStream extends Readable {
  readonly #options: BodyStreamOptions;
  #left: number;

  constructor(options: BodyStreamOptions) {
    super();
    this.#options = options;
    this.#left = options.length;
    void options.session.ended.then((why) => this.destroy(options.translate(why)));
  }

  override _read(): void {
    if (this.#left === 0) return void this.push(null);
    this.#options.session.chunk().then(
      (bytes) => {
        this.#left -= bytes.length;
        this.push(bytes);
      },
      (error: unknown) => this.destroy(this.#options.translate(asDaybookError(error, "network"))),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // What is still on its way can't be told from the next reply.
    if (this.#left > 0) this.#options.session.close();
    this.#options.onClose();
    done(error);
  }
}
