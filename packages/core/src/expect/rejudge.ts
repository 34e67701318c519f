import type { LedgerChange, SlotRecord, SlotVisit, StateStore } from "../store/state-store.js";
import { lackingOf, type JudgedSource } from "./lacking.js";

export interface RejudgeOptions extends JudgedSource {
  readonly store: Pick<StateStore, "find" | "slots" | "notes">;
  readonly now: Date;
  readonly write: (changes: readonly LedgerChange[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/** All slots, whatever part of the range this run is about. */
const ALWAYS = { start: new Date(-8_640_000_000_000_000) };

/**
 * Judges anew what was judged by another expectation, from the ledger alone, and notes by which one that was. Killed in
 * the middle, it begins again.
 */
export async function rejudge(options: RejudgeOptions): Promise<void> {
  const { name, policy, store, now, write, signal } = options;
  const key = `expect/${name}`;
  const [note] = (await store.notes(key)).filter((found) => found.key === key);
  const value = policy.expect?.key;
  if (note?.value === value) return;
  for await (const slot of store.slots(name, ALWAYS)) {
    if (signal.aborted) return;
    if (!slot.closed || slot.listing === "failed" || slot.listing === "truncated") continue;
    const lacking = await lackingOf(options, slot);
    if (!same(lacking, slot.lacking)) await write([{ kind: "visit", visit: { ...visitOf(slot), lacking } }]);
  }
  await write([{ kind: "note", key, value, at: now }]);
}

function visitOf(slot: SlotRecord): SlotVisit {
  const { state: _state, settled: _settled, files: _files, ...visit } = slot;
  return visit;
}

const same = (a: SlotRecord["lacking"], b: SlotRecord["lacking"]): boolean =>
  a?.count === b?.count && (a?.names ?? []).join("\n") === (b?.names ?? []).join("\n");
