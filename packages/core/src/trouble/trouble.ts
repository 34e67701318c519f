import type { ErrorKind } from "../errors/daybook-error.js";

/**
 * clock: this machine's clock isn't believed; login, destination: a source waits for that, and goes on by itself; stopped: a
 * source was given up, and goes on with the next run.
 */
export type TroubleCause = "clock" | "login" | "destination" | "stopped";

/** What stands in the way for now: kept in the ledger while it lasts, so that whoever looks at it sees why nothing comes. */
export interface Trouble {
  /** Empty where it concerns all of them. */
  readonly source: string;
  readonly cause: TroubleCause;
  /** Why, in plain words. */
  readonly detail: string;
  readonly kind?: ErrorKind;
  readonly code?: string;
  readonly since: Date;
  /** When it was to be tried again first; what lasts is tried ever more seldom. */
  readonly nextTryAt?: Date;
}
