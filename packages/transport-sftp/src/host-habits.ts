import type { DaybookError, OneHostMemory, SessionLease, TransportCallOptions } from "@daybook/core";
import { isDaybookError } from "@daybook/core";
import { wordsOf } from "./errors.js";
import type { SftpSession } from "./sftp-session.js";
import type { SharedSessions } from "./shared-sessions.js";
import { tellsLimit } from "./words.js";

type Lease = SessionLease<SftpSession>;

/** Paths kept in mind at most. */
const MOST_SUSPECTS = 1000;
/** So often a refusal that stays the same alone is believed to have nothing to do with how many there are. */
const BELIEVED_AFTER = 3;
/** Tries of one operation at most, whatever is learnt meanwhile. */
const MOST_TRIES = 40;
/** SSH_FX_PERMISSION_DENIED, SSH_FX_FAILURE: what servers say that have no word for "too many". */
const VAGUE = new Set(["3", "4"]);
/** SSH_FX_INVALID_HANDLE, of later drafts: a server that closes a file while others are read. */
const INVALID_HANDLE = "9";

export interface HostHabitsOptions {
  readonly sessions: SharedSessions;
  /** Whether requests may be sent ahead of the answers at all. */
  readonly pipelining: boolean;
  readonly memory?: OneHostMemory;
}

const NO_FAST_PATH = "no-fast-path";
const FILES_AT_ONCE = "files-at-once";

/** What is learnt of a server as it is used: whether it can be asked ahead, how many files it opens at once. */
export class HostHabits {
  readonly sessions: SharedSessions;
  /** What was under way on a session that broke where nobody knows over what: asked for alone the next time. */
  readonly suspects = new Set<string>();
  readonly #wanted: boolean;
  readonly #judged = new WeakSet<SftpSession>();
  readonly #memory: OneHostMemory | undefined;
  #recalled = false;
  #addsUp = true;
  #plainIsNoBetter = false;
  #sameAlone = 0;

  constructor({ sessions, pipelining, memory }: HostHabitsOptions) {
    this.sessions = sessions;
    this.#memory = memory;
    this.#wanted = pipelining;
  }

  /** Whether to send requests ahead of the answers. */
  get pipelining(): boolean {
    return this.#wanted && this.#addsUp;
  }

  /** It works without the fast path, where that didn't add up. */
  worksPlain(): void {
    if (this.#addsUp || this.#memory?.get(NO_FAST_PATH) !== undefined) return;
    this.#memory?.set(
      NO_FAST_PATH,
      "its answers to requests sent ahead don't add up: it is asked one at a time",
    );
  }

  /** So many files at once on one connection are all it opens. */
  limit(files: number): void {
    const before = this.sessions.perConnection;
    this.sessions.limit(files);
    const now = this.sessions.perConnection;
    if (now === before) return;
    this.#memory?.set(FILES_AT_ONCE, `${now} on one connection: it refuses more`);
  }

  /** What earlier processes learnt. */
  #recall(): void {
    if (this.#recalled) return;
    this.#recalled = true;
    if (this.#memory?.get(NO_FAST_PATH) !== undefined) this.#addsUp = false;
    const files = Number.parseInt(this.#memory?.get(FILES_AT_ONCE) ?? "", 10);
    if (files > 0) this.sessions.limit(files);
  }

  turnFor(path: string, options: TransportCallOptions): Turn {
    this.#recall();
    return new Turn(this, path, options);
  }

  /** A session broke over what the server sent: the next ones do without the fast path, unless that breaks as well. */
  broke(session: SftpSession): void {
    if (this.#judged.has(session)) return;
    this.#judged.add(session);
    if (session.fast === undefined || !this.pipelining) this.#plainIsNoBetter = true;
    this.#addsUp = this.#plainIsNoBetter;
  }

  /** The fast path's answers don't add up: it isn't used again. */
  withoutPipelining(): boolean {
    if (!this.pipelining || this.#plainIsNoBetter) return false;
    this.#addsUp = false;
    return true;
  }

  /** Whether a refusal that doesn't say why may be one of too many. */
  get doubtsRefusals(): boolean {
    return this.#sameAlone < BELIEVED_AFTER;
  }

  /** How a refusal that came with `others` under way ended alone. */
  aloneEnded(well: boolean, others: number): void {
    if (!well) this.#sameAlone++;
    else {
      this.#sameAlone = 0;
      this.limit(others);
    }
  }
}

/** One operation, until it has ended one way or the other. */
export class Turn {
  readonly #habits: HostHabits;
  readonly #path: string;
  readonly #options: TransportCallOptions;
  #tries = 0;
  readonly #suspected: boolean;
  #alone: boolean;
  /** How many other files were open on the session when it was refused. */
  #openThen = 0;
  /** The same, while it is tried alone for that. */
  #refusedAmong: number | undefined;

  constructor(habits: HostHabits, path: string, options: TransportCallOptions) {
    this.#habits = habits;
    this.#path = path;
    this.#options = options;
    this.#suspected = habits.suspects.has(path);
    this.#alone = this.#suspected;
  }

  async take(): Promise<Lease> {
    this.#tries++;
    const { sessions } = this.#habits;
    this.#openThen = 0;
    for (;;) {
      const lease = sessions.take(this.#options) ?? (await sessions.acquire(this.#options));
      if (!this.#alone) return lease;
      const alone = await sessions.alone(lease, this.#options);
      if (!this.#suspected) return alone;
      await alone.session.settle(this.#path);
      if (alone.session.failure === undefined) return alone;
      // What others left behind broke it.
      alone.release({ reusable: true });
    }
  }

  succeeded({ session }: Lease): void {
    if (session.failure === undefined) this.#habits.worksPlain();
    this.#habits.suspects.delete(this.#path);
    if (this.#refusedAmong !== undefined) this.#habits.aloneEnded(true, this.#refusedAmong);
  }

  /** A file could not be opened on the session. */
  notOpened({ openFiles }: SftpSession): void {
    this.#openThen = openFiles;
  }

  /** Learns from a failure; true where it is worth another try at once. */
  failed({ session }: Lease, error: unknown): boolean {
    const habits = this.#habits;
    if (session.failure?.kind === "protocol") {
      habits.broke(session);
      if (isDaybookError(error, "protocol")) habits.suspects.delete(this.#path);
      else if (habits.suspects.size < MOST_SUSPECTS) habits.suspects.add(this.#path);
    }
    if (session.failure !== undefined || this.#tries >= MOST_TRIES || !isDaybookError(error)) return false;
    if (error.code === INVALID_HANDLE) return habits.withoutPipelining();
    return this.#refused(error);
  }

  #refused(error: DaybookError): boolean {
    const habits = this.#habits;
    const others = this.#openThen;
    if (this.#refusedAmong !== undefined) {
      habits.aloneEnded(false, this.#refusedAmong);
      this.#refusedAmong = undefined;
      return false;
    }
    if (others === 0) return false;
    if (error.kind === "busy" && tellsLimit(wordsOf(error) ?? "")) {
      habits.limit(others);
      return true;
    }
    if (!VAGUE.has(error.code ?? "") || error.kind === "busy" || !habits.doubtsRefusals) return false;
    this.#refusedAmong = others;
    return (this.#alone = true);
  }
}
