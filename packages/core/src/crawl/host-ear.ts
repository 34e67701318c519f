import type { DaybookError } from "../errors/daybook-error.js";
import type { Breaker } from "./breaker.js";
import type { Source } from "./source.js";

const UNRESOLVED = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NONAME", "EAI_NODATA"]);

/** Hears how calls to one source's host ended: tells the breaker, and those who watch. */
export class HostEar {
  readonly #source: Source;
  readonly #breaker: Breaker;
  #answered = false;

  constructor(source: Source, breaker: Breaker) {
    this.#source = source;
    this.#breaker = breaker;
  }

  /** Why the host can't be used as far as this run can tell; undefined once it has answered and isn't down. */
  get trouble(): DaybookError | undefined {
    return this.#breaker.down ?? (this.#answered ? undefined : this.#breaker.trouble);
  }

  /** Undefined: it went well. */
  hear(error: DaybookError | undefined): void {
    const { name, emit, clock, transport } = this.#source;
    const about = { source: name, at: clock.now(), host: transport.capabilities.endpoint };
    if (error === undefined) {
      this.#answered = true;
      if (this.#breaker.succeeded()) emit({ type: "host-up", ...about });
    } else if (this.#breaker.failed(error))
      emit({ type: "host-down", ...about, error, nextTryAt: this.#breaker.nextTryAt });
  }

  /** The error, if it must end the crawl: no waiting cures it. */
  fatal(error: DaybookError): DaybookError | undefined {
    if (error.kind === "auth" || error.kind === "config" || error.kind === "unsupported") return error;
    const unresolved = error.code !== undefined && UNRESOLVED.has(error.code);
    return unresolved && !this.#breaker.answered ? error : undefined;
  }
}
