import type { DaybookError } from "../errors/daybook-error.js";
import { isDaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import type { Listing, Transport } from "../transport/transport.js";

/** A listing, or why there is none: only what says something of the directory itself, never of the connection. */
export type Probed = Listing | DaybookError;

export const isListed = (probed: Probed): probed is Listing => !isDaybookError(probed);

/** Listings at most: a check asks little of a server. */
const MOST_LISTINGS = 200;

/** Lists directories, each once, and takes the time. Rejects where the server can't be asked at all. */
export class DirectoryProbe {
  /** Of each listing that was answered, in ms, the first with its connection and login. */
  readonly times: number[] = [];
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
    const probed = await this.#transport.list(directory, { signal: this.#signal }).catch((error: unknown) => {
      if (isDaybookError(error, "not-found") || isDaybookError(error, "permission")) return error;
      throw error;
    });
    this.times.push(this.#clock.now().getTime() - began);
    this.#known.set(directory, probed);
    return probed;
  }
}
