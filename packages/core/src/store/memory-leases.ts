import type { Fence } from "./state-store.js";

export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** ms since 1970. */
  readonly expires: number;
}

/** Named leases that one holder has until they expire. */
export class MemoryLeases {
  readonly #leases = new Map<string, Lease>();

  constructor(leases: Iterable<Lease> = []) {
    for (const lease of leases) this.#leases.set(lease.name, lease);
  }

  /** Takes or renews; false while somebody else holds it. A ttl of 0 gives it back. */
  take(name: string, holder: string, ttlMs: number, now: Date): boolean {
    const current = this.holder(name, now);
    if (current !== undefined && current !== holder) return false;
    if (ttlMs > 0) this.#leases.set(name, { name, holder, expires: now.getTime() + ttlMs });
    else this.#leases.delete(name);
    return true;
  }

  /** Whether the lease is its holder's, and, where a time is given, hasn't run out by then. */
  holds({ lease, holder }: Fence, now?: Date): boolean {
    const known = this.#leases.get(lease);
    return known?.holder === holder && (now === undefined || known.expires > now.getTime());
  }

  holder(name: string, now: Date): string | undefined {
    const lease = this.#leases.get(name);
    return lease && lease.expires > now.getTime() ? lease.holder : undefined;
  }

  [Symbol.iterator](): Iterator<Lease> {
    return this.#leases.values();
  }
}
