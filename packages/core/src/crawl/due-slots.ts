import { historyFrom } from "../plan/schedule.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { TimeRange } from "../time/range.js";
import type { Lane } from "../transport/transport.js";

/**
 * When each lane has to look for slots, as far as a run knows without asking the ledger. A lane forgets only what its own
 * look has asked for: what another lane found is nothing to it, since the two never look at the same moment. A live slot
 * that becomes history before it was visited is history's to find, from that moment on.
 */
export class DueSlots {
  readonly #policy: SourcePolicy;
  /** Epoch ms, by the slot's path. */
  readonly #at: Readonly<Record<Lane, Map<string, number>>> = { live: new Map(), backfill: new Map() };

  constructor(policy: SourcePolicy) {
    this.#policy = policy;
  }

  /** The slot is due then; epoch ms, `Infinity` for never. Returns when that is for each lane. */
  set(path: string, window: TimeRange, due: number): Readonly<Record<Lane, number>> {
    this.visited(path);
    const history = historyFrom(window, this.#policy);
    const at = { live: due < history ? due : Infinity, backfill: Math.max(due, history) };
    if (at.live < Infinity) this.#at.live.set(path, at.live);
    if (at.backfill < Infinity) this.#at.backfill.set(path, at.backfill);
    return at;
  }

  /** Somebody looks at the slot now. */
  visited(path: string): void {
    this.#at.live.delete(path);
    this.#at.backfill.delete(path);
  }

  /** The lane is about to ask the ledger for all that is due by now. */
  looks(lane: Lane, now: Date): void {
    for (const [path, at] of this.#at[lane]) if (at <= now.getTime()) this.#at[lane].delete(path);
  }

  /** When the lane has to look next; `Infinity` where it knows of nothing. */
  next(lane: Lane): number {
    let next = Infinity;
    for (const at of this.#at[lane].values()) next = Math.min(next, at);
    return next;
  }
}
