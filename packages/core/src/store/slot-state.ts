import type { FileCounts, ListingOutcome, SlotState } from "./state-store.js";

export interface SlotFacts {
  readonly listing: ListingOutcome;
  readonly closed: boolean;
  readonly files: Pick<FileCounts, "pending" | "stored" | "quarantined" | "expired">;
  readonly unreadable: { readonly count: number };
  readonly lacking?: { readonly count: number };
}

/**
 * A slot's state from its last visit and its files. Stores may compute it in SQL; the contract kit holds them to this.
 * A failed or cut-off listing wins over all: what is not known now can't be proven.
 */
export function slotState(facts: SlotFacts): Exclude<SlotState, "unseen"> {
  const { listing, closed, files, unreadable, lacking } = facts;
  if (listing === "failed" || listing === "truncated") return "failed";
  if (!closed) return "open";
  if (files.pending > 0 || files.quarantined > 0 || unreadable.count > 0) return "partial";
  // What was let go was looked after once: it is no gap, and makes none.
  if (files.stored + files.expired > 0) return (lacking?.count ?? 0) > 0 ? "incomplete" : "complete";
  return listing === "missing" ? "missing" : "empty";
}

/** Settled: listed whole after it closed, with no file left to fetch. Quarantined files don't hold it up; they are gaps. */
export function isSettled(facts: SlotFacts): boolean {
  const state = slotState(facts);
  return state !== "failed" && state !== "open" && facts.files.pending === 0;
}
