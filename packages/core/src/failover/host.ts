import { asDaybookError, type DaybookError } from "../errors/daybook-error.js";
import type { Transport } from "../transport/transport.js";
import type { HostChange, HostState } from "./failover-options.js";
import { isRefusal, isTrouble, type HostHealth } from "./host-health.js";

export type Attempt<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: DaybookError };

/** One of several hosts: a transport and how it fares. */
export class Host {
  readonly transport: Transport;
  readonly health: HostHealth;
  readonly #tell: (change: HostChange) => void;

  constructor(options: { transport: Transport; health: HostHealth; tell: (change: HostChange) => void }) {
    this.transport = options.transport;
    this.health = options.health;
    this.#tell = options.tell;
  }

  get endpoint(): string {
    return this.transport.capabilities.endpoint;
  }

  get state(): Omit<HostState, "used"> {
    const { down, downSince: since, nextTryAt } = this.health;
    return { endpoint: this.endpoint, ...(down && { down: { error: down, since, nextTryAt } }) };
  }

  /** Whether asking it may help now: one that refuses us is let alone until its time has come. */
  get worthAsking(): boolean {
    const { down } = this.health;
    return down === undefined || !isRefusal(down);
  }

  /** Asks it, and takes note of how that went. Never rejects. */
  async ask<T>(work: (transport: Transport) => Promise<T>): Promise<Attempt<T>> {
    try {
      const value = await work(this.transport);
      this.#answered();
      return { value };
    } catch (cause) {
      const error = asDaybookError(cause, "network");
      this.heard(error);
      return { error };
    }
  }

  /** Takes note of an error of a call or of a stream. */
  heard(error: DaybookError): void {
    if (error.kind === "cancelled") this.health.abandon();
    else if (!isTrouble(error) && !isRefusal(error)) this.#answered();
    else if (this.health.failed(error))
      this.#tell({ host: this.endpoint, up: false, error, nextTryAt: this.health.nextTryAt });
  }

  /** Lists something as a sign of life, if it is down and its time has come. Nobody waits for it. */
  probe(directory: string, signal: AbortSignal): void {
    if (!this.health.takeProbe()) return;
    void this.ask((transport) => transport.list(directory, { signal }));
  }

  #answered(): void {
    if (this.health.answered()) this.#tell({ host: this.endpoint, up: true });
  }
}
