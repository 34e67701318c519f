import type { DaybookError, ErrorKind } from "../errors/daybook-error.js";
import { Breaker } from "./breaker.js";
import type { FirstLogins } from "./first-logins.js";
import type { Source } from "./source.js";

const UNRESOLVED = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NONAME", "EAI_NODATA"]);
const REFUSAL: ReadonlySet<ErrorKind> = new Set(["auth", "config", "unsupported"]);

const MINUTE = 60_000;

export interface HostEarOptions {
  readonly source: Source;
  readonly breaker: Breaker;
  readonly logins: FirstLogins;
  /** What ends the crawl. */
  readonly fail: (error: DaybookError) => void;
}

/** Hears how calls to one source's host ended: tells the breakers of host and login, and those who watch. */
export class HostEar {
  readonly #options: HostEarOptions;
  /**
   * Of the log-in, which may be other than that of the host's other sources. Tried again after 5 minutes at the earliest,
   * however much jitter takes off, and within an hour: what is tried often gets its user shut out.
   */
  readonly login: Breaker;
  #answered = false;
  /** Whether this source asked for anything: the host's last answer may be another's. */
  #asked = false;

  constructor(options: HostEarOptions) {
    this.#options = options;
    const { clock, random } = options.source;
    const pace = { after: 1, delay: 7 * MINUTE, longestDelay: 60 * MINUTE };
    this.login = new Breaker({ clock, random, ...pace, counts: isRefusal });
  }

  /** Why the host can't be used as far as this run can tell; undefined once it has answered and isn't down. */
  get trouble(): DaybookError | undefined {
    const { breaker } = this.#options;
    return this.login.down ?? breaker.down ?? (this.#asked && !this.#answered ? breaker.trouble : undefined);
  }

  /** Undefined: it went well. `about` is the path that was asked for. */
  hear(error: DaybookError | undefined, about: string): void {
    const { source, breaker } = this.#options;
    const { name, emit, clock, transport } = source;
    const host = { source: name, at: clock.now(), host: transport.capabilities.endpoint };
    if (error?.kind === "cancelled") return breaker.abandon();
    this.#asked = true;
    const connecting = error?.operation === "connect";
    // Whose host's name was never resolved may have spelt it wrong.
    const refused = error !== undefined && (isRefusal(error) || this.#isUnresolved(error));
    const wasDown = breaker.down !== undefined;
    if (error === undefined) {
      this.#answered = true;
      breaker.succeeded();
    } else if (breaker.failed(error, connecting ? undefined : about))
      emit({ type: "host-down", ...host, error, nextTryAt: breaker.nextTryAt });
    if (wasDown && breaker.down === undefined) emit({ type: "host-up", ...host });
    if (refused) this.#refused(error);
    else if (!connecting) this.#letIn();
  }

  /** The error, where it must end a run that asks only once: nothing it does cures it. */
  fatal(error: DaybookError): DaybookError | undefined {
    return isRefusal(error) || this.#isUnresolved(error) ? error : undefined;
  }

  #refused(error: DaybookError): void {
    const { source, logins, fail } = this.#options;
    const { name, emit, clock } = source;
    const told = this.login.down !== undefined;
    if (this.login.failed(error) && !told) {
      const { nextTryAt } = this.login;
      emit({ type: "source-paused", source: name, at: clock.now(), because: "login", error, nextTryAt });
    }
    logins.refused(name, () => fail(error));
  }

  #letIn(): void {
    const { source, logins } = this.#options;
    logins.letIn(source.name);
    if (this.login.succeeded())
      source.emit({ type: "source-resumed", source: source.name, at: source.clock.now(), because: "login" });
  }

  #isUnresolved({ code }: DaybookError): boolean {
    return code !== undefined && UNRESOLVED.has(code) && !this.#options.breaker.answered;
  }
}

/** The server let us in no further than the log-in, and wouldn't the next time: it concerns all that is asked of it. */
function isRefusal({ operation, kind }: DaybookError): boolean {
  return operation === "connect" && REFUSAL.has(kind);
}
