/** Named leases that one holder has until they expire. */
export class MemoryLeases {
  readonly #leases = new Map<string, { readonly holder: string; readonly expires: number }>();

  /** Takes or renews; false while somebody else holds it. A ttl of 0 gives it back. */
  take(name: string, holder: string, ttlMs: number, now: Date): boolean {
    const current = this.holder(name, now);
    if (current !== undefined && current !== holder) return false;
    if (ttlMs > 0) this.#leases.set(name, { holder, expires: now.getTime() + ttlMs });
    else this.#leases.delete(name);
    return true;
  }

  holder(name: string, now: Date): string | undefined {
    const lease = this.#leases.get(name);
    return lease && lease.expires > now.getTime() ? lease.holder : undefined;
  }
}
