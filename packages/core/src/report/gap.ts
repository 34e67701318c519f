import type { Skipped } from "../store/state-store.js";

/**
 * Why data isn't there. The first seven are about a slot, the others about one file:
 * unseen: never listed; failed: its last listing failed; missing: no such directory at the source; empty: a directory
 * without files of ours; incomplete: listed whole and stored, and less than the source is expected to have; unreadable: lines of its listing could not be read, a directory may not be listed, or all it holds is of other times; open: listed, but not since it closed.
 * pending: a file still to fetch; quarantined: given up; gone: it left the source before it could be fetched.
 */
export type GapKind =
  | "unseen"
  | "failed"
  | "missing"
  | "empty"
  | "incomplete"
  | "unreadable"
  | "open"
  | "pending"
  | "quarantined"
  | "gone";

export interface Gap {
  readonly source: string;
  readonly kind: GapKind;
  /** The slot's directory. */
  readonly slot: string;
  readonly start: Date;
  readonly end?: Date;
  /** The file, for the kinds about one. */
  readonly path?: string;
  readonly reason?: string;
  /** Of an incomplete slot: how much is lacking, and what, by time and name. */
  readonly lacking?: Skipped;
}
