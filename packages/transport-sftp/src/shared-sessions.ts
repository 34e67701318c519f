import type { Clock, HostBudget, Lane, SessionLease, SessionPool, TransportCallOptions } from "@daybook/core";
import { asDaybookError } from "@daybook/core";
import { cancelled } from "./errors.js";
import type { SftpSession } from "./sftp-session.js";
import { whenAborted } from "./when-aborted.js";

export interface SharedSessionsOptions {
  readonly pool: SessionPool<SftpSession>;
  /** The pool's own. */
  readonly budget: HostBudget;
  /** Sessions held at once. */
  readonly connections: number;
  /** Operations on one session at once. */
  readonly perConnection: number;
  readonly clock: Clock;
}

/** A session of the pool with the operations that share it. */
interface Shared {
  readonly lease: SessionLease<SftpSession>;
  /** For whom the pool handed it out. */
  readonly lane: Lane;
  /** Requests the session had sent by then. */
  readonly sentBefore: number;
  readonly operations: Record<Lane, number>;
  /** Who wants it for themselves alone, in order; nobody else is let on meanwhile. */
  readonly alone: Waiter[];
  /** Stops watching for its end. */
  forget: () => void;
}

interface Waiter {
  readonly lane?: Lane;
  readonly resolve: (lease: SessionLease<SftpSession>) => void;
  readonly reject: (error: unknown) => void;
}

const LANES = ["live", "backfill"] as const;
/** Operations on each session before a further one is opened: a login costs more than a few of them. */
const SPREAD_FROM = 4;
/** A further session that could not be opened is tried again after this, in ms; those that are open go on meanwhile. */
const GROW_AGAIN_MS = 30_000;

/**
 * Lets many operations share few sessions. The pool below hands each session to one holder, which is this, and stays in
 * charge of how many there are. Operations go to the session with the fewest; where all are full they wait, live ones
 * first. Live uses every session; backfill only those that were handed out for it, and of each it leaves an eighth.
 */
export class SharedSessions {
  readonly #options: SharedSessionsOptions;
  readonly #held = new Set<Shared>();
  readonly #waiting: Record<Lane, Waiter[]> = { live: [], backfill: [] };
  readonly #opening: Record<Lane, number> = { live: 0, backfill: 0 };
  #giveUpOpening = new AbortController();
  #growAgainAt = 0;
  #perConnection: number;

  constructor(options: SharedSessionsOptions) {
    this.#options = options;
    this.#perConnection = options.perConnection;
  }

  /** Operations on one session at once: fewer than was allowed, where a server turns out to take only so many. */
  get perConnection(): number {
    return this.#perConnection;
  }

  limit(perConnection: number): void {
    this.#perConnection = Math.max(1, Math.min(this.#perConnection, perConnection));
  }

  /** A share of a session, where one is free and nobody waits for it. */
  take({ lane = "live", signal }: TransportCallOptions): SessionLease<SftpSession> | undefined {
    if (signal?.aborted || this.#waiting[lane].length > 0) return undefined;
    const shared = this.#roomiest(lane);
    if (shared === undefined) return undefined;
    const lease = this.#share(shared, lane);
    this.#grow(lane);
    return lease;
  }

  /** A share of a session. Its lease says `reused` for as long as the session hasn't answered since it lay idle. */
  acquire({ lane = "live", signal }: TransportCallOptions = {}): Promise<SessionLease<SftpSession>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(stopped());
      const queue = this.#waiting[lane];
      const forget = whenAborted(signal, () => {
        queue.splice(queue.indexOf(waiter), 1);
        if (LANES.every((each) => this.#waiting[each].length === 0)) this.#stopOpening();
        reject(stopped());
      });
      const waiter: Waiter = {
        resolve: (lease) => (forget(), resolve(lease)),
        reject: (error) => (forget(), reject(error)),
      };
      queue.push(waiter);
      this.#serve();
    });
  }

  /** Gives a share back and waits for a session, the same one if it lasts, with nobody else on it. */
  async alone(
    share: SessionLease<SftpSession>,
    options: TransportCallOptions = {},
  ): Promise<SessionLease<SftpSession>> {
    for (let next = share; ; next = await this.acquire(options)) {
      const shared = [...this.#held].find(({ lease }) => lease.session === next.session);
      const alone = shared && this.#waitAlone(shared, options);
      next.release({ reusable: true });
      const lease = await alone;
      if (lease !== undefined) return lease;
    }
  }

  /** Resolves with undefined where the session ends first. */
  #waitAlone(
    shared: Shared,
    { lane = "live", signal }: TransportCallOptions,
  ): Promise<SessionLease<SftpSession> | undefined> {
    if (signal?.aborted) return Promise.reject(stopped());
    return new Promise((resolve, reject) => {
      const leave = () => {
        shared.alone.splice(shared.alone.indexOf(waiter), 1);
        forget();
        this.#serve();
      };
      const waiter: Waiter = {
        resolve: (lease) => (forget(), resolve(lease)),
        reject: (error) => (forget(), reject(error)),
        lane,
      };
      const forgetSignal = whenAborted(signal, () => (leave(), reject(stopped())));
      const forgetEnd = shared.lease.session.whenEnded(() => (leave(), resolve(undefined)));
      const forget = () => (forgetEnd(), forgetSignal());
      shared.alone.push(waiter);
    });
  }

  /** Rejects all who wait, with kind "cancelled". The sessions are the pool's to close. */
  close(): void {
    for (const lane of LANES) for (const waiter of this.#waiting[lane].splice(0)) waiter.reject(stopped());
    this.#stopOpening();
  }

  /** Hands out what room there is, live first, and opens more for those who still wait. */
  #serve(): void {
    for (const shared of this.#held) this.#serveAlone(shared);
    for (const lane of LANES) {
      const queue = this.#waiting[lane];
      while (queue.length > 0) {
        const shared = this.#roomiest(lane);
        if (shared !== undefined) queue.shift()!.resolve(this.#share(shared, lane));
        this.#grow(lane);
        if (shared === undefined) break;
      }
    }
  }

  #serveAlone(shared: Shared): void {
    const [waiter] = shared.alone;
    if (waiter === undefined || load(shared) > 0) return;
    // It stays in the line, and so keeps others off, until it is done.
    const { lane = "live" } = waiter;
    const share = this.#share(shared, lane);
    const lease: SessionLease<SftpSession> = {
      session: share.session,
      reused: false,
      release: (options) => {
        const index = shared.alone.indexOf(waiter);
        if (index >= 0) shared.alone.splice(index, 1);
        share.release(options);
      },
    };
    waiter.resolve(lease);
  }

  #share(shared: Shared, lane: Lane): SessionLease<SftpSession> {
    const { lease, sentBefore, operations } = shared;
    operations[lane]++;
    const ended = lease.session.began();
    let released = false;
    return {
      session: lease.session,
      get reused() {
        return lease.reused && !lease.session.answeredSince(sentBefore);
      },
      release: () => {
        if (released) return;
        released = true;
        operations[lane]--;
        ended();
        this.#giveBackIdle();
        this.#serve();
      },
    };
  }

  #roomiest(lane: Lane): Shared | undefined {
    let best: Shared | undefined;
    for (const shared of this.#held)
      if (
        shared.alone.length === 0 &&
        this.#fits(shared, lane) &&
        (best === undefined || load(shared) < load(best))
      )
        best = shared;
    return best && load(best) < this.#room(lane) ? best : undefined;
  }

  #room(lane: Lane): number {
    const perConnection = this.#perConnection;
    return lane === "live" ? perConnection : Math.max(1, perConnection - Math.ceil(perConnection / 8));
  }

  /** With one connection there is nothing to keep apart. */
  #fits(shared: Shared, lane: Lane): boolean {
    return lane === "live" || shared.lane === lane || this.#limit === 1;
  }

  get #limit(): number {
    return Math.min(this.#options.connections, this.#options.budget.limit);
  }

  /** Opens a further session where those there are have enough to do. */
  #grow(lane: Lane): void {
    if (this.#held.size + this.#opening[lane] >= this.#limit) return;
    const enough = Math.min(SPREAD_FROM, this.#room(lane));
    let usable = 0;
    for (const shared of this.#held) {
      if (!this.#fits(shared, lane)) continue;
      if (load(shared) < enough) return;
      usable++;
    }
    if (usable === 0 ? this.#opening[lane] > 0 : this.#now() < this.#growAgainAt) return;
    void this.#open(lane);
  }

  async #open(lane: Lane): Promise<void> {
    this.#opening[lane]++;
    const { signal } = this.#giveUpOpening;
    try {
      const lease = await this.#options.pool.acquire({ lane, signal });
      this.#hold(lease, lane);
    } catch (error) {
      if (!signal.aborted) this.#openingFailed(lane, error);
    } finally {
      this.#opening[lane]--;
    }
    this.#serve();
    this.#giveBackIdle();
  }

  #hold(lease: SessionLease<SftpSession>, lane: Lane): void {
    const { session } = lease;
    const operations = { live: 0, backfill: 0 };
    const shared: Shared = { lease, lane, sentBefore: session.sent, operations, alone: [], forget: () => {} };
    this.#held.add(shared);
    // Its permit is free as soon as it is dead, however long those on it take to notice.
    shared.forget = session.whenEnded(() => {
      this.#giveBack(shared);
      this.#serve();
    });
  }

  /** While other sessions serve those who wait, they have no reason to fail. */
  #openingFailed(lane: Lane, error: unknown): void {
    this.#growAgainAt = this.#now() + GROW_AGAIN_MS;
    for (const shared of this.#held) if (this.#fits(shared, lane)) return;
    const failure = asDaybookError(error, "network", { operation: "connect" });
    for (const waiter of this.#waiting[lane].splice(0)) waiter.reject(failure);
  }

  /** Gives sessions back that nobody uses, unless the others have so much to do that it will be wanted soon. */
  #giveBackIdle(): void {
    for (const shared of this.#held) {
      if (load(shared) > 0 || shared.alone.length > 0) continue;
      const others = [...this.#held].filter((other) => other !== shared);
      const shareable =
        shared.lane === "live" ? others.map((other) => other.operations.live) : others.map(load);
      const total = shareable.reduce((sum, each) => sum + each, 0);
      const enough = Math.min(SPREAD_FROM, this.#room(shared.lane)) * others.length;
      if (total === 0 || total < enough) this.#giveBack(shared);
    }
  }

  #giveBack(shared: Shared): void {
    if (!this.#held.delete(shared)) return;
    shared.forget();
    shared.lease.release({ reusable: shared.lease.session.failure === undefined });
  }

  #stopOpening(): void {
    this.#giveUpOpening.abort();
    this.#giveUpOpening = new AbortController();
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}

function load({ operations }: Shared): number {
  return operations.live + operations.backfill;
}

function stopped(): Error {
  return cancelled("stopped before a connection was free");
}
