import type { DaybookError, ErrorKind } from "../errors/daybook-error.js";
import { isDaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import type { Listing, Transport } from "../transport/transport.js";

/** A listing, or why there is none: only what says something of the directory itself, never of the connection. */
export type Probed = Listing | DaybookError;

export const isListed = (probed: Probed): probed is Listing => !isDaybookError(probed);

/** Listings at most: a check asks little of a server. */
const MOST_LISTINGS = 200;
const ATTEMPTS = 3;

/** Nobody listens there: asking again at once helps nothing. */
const isRefused = (error: unknown): boolean =>
  isDaybookError(error) &&
  ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"].includes(error.code ?? "");

/** Lists directories, each once, and takes the time. Rejects where the server can't be asked at all. */
export class DirectoryProbe {
  /** Of each listing that was answered, in ms, the first with its connection and login. */
  readonly times: number[] = [];
  /** Lines of listings that could not be read. */
  readonly unreadable: { readonly directory: string; readonly line: string }[] = [];
  readonly #transport: Pick<Transport, "list">;
  readonly #clock: Pick<Clock, "now">;
  readonly #signal: AbortSignal | undefined;
  readonly #known = new Map<string, Probed>();

  constructor(options: {
    transport: Pick<Transport, "list">;
    clock: Pick<Clock, "now">;
    signal?: AbortSignal;
  }) {
    this.#transport = options.transport;
    this.#clock = options.clock;
    this.#signal = options.signal;
  }

  get exhausted(): boolean {
    return this.#known.size >= MOST_LISTINGS;
  }

  async list(directory: string): Promise<Probed> {
    const known = this.#known.get(directory);
    if (known !== undefined) return known;
    const began = this.#clock.now().getTime();
    const probed = await this.#ask(directory);
    if (isListed(probed))
      for (const line of probed.unreadable ?? []) this.unreadable.push({ directory, line });
    this.times.push(this.#clock.now().getTime() - began);
    this.#known.set(directory, probed);
    return probed;
  }

  /** As patient as a crawl with a server that hangs up on what it doesn't know: a transport learns from that. */
  async #ask(directory: string): Promise<Probed> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#transport.list(directory, { signal: this.#signal });
      } catch (error) {
        if (isDaybookError(error, "not-found") || isDaybookError(error, "permission")) return error;
        const again = ["network", "cut-short", "protocol"].some((kind) =>
          isDaybookError(error, kind as ErrorKind),
        );
        // Before the first answer a server that is down is told at once, and one that hangs up is asked again.
        if (!again || attempt >= ATTEMPTS || isRefused(error)) throw error;
      }
    }
  }
}
