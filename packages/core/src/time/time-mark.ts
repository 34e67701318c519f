import type { LedgerChange, StateStore } from "../store/state-store.js";
import type { TimeMark, TrustedTime } from "./trusted-time.js";

const KEY = "time/mark";
/** How far what the ledger remembers may be behind, in ms. */
const EVERY = 10 * 60_000;

/** How late it was by the ledger when something was last written to it; undefined for a ledger that is new to this. */
export async function readMark(store: Pick<StateStore, "notes">): Promise<TimeMark | undefined> {
  const note = (await store.notes(KEY)).find(({ key }) => key === KEY);
  if (note === undefined) return undefined;
  try {
    const { sure, proven, uptime, doubt } = JSON.parse(note.value) as Kept;
    const mark = { sure: new Date(sure), proven: new Date(proven) };
    if (Number.isNaN(mark.sure.getTime() + mark.proven.getTime())) return undefined;
    const known = isNumber(uptime?.ms) && typeof uptime.boot === "string";
    if (!known) return mark;
    return isNumber(doubt?.since) && isNumber(doubt.wall) ? { ...mark, uptime, doubt } : { ...mark, uptime };
  } catch {
    // Not ours, or of a Daybook to come.
    return undefined;
  }
}

type Kept = Pick<TimeMark, "uptime" | "doubt"> & { readonly sure: string; readonly proven: string };

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Notes in the ledger how late it is, along with what is written anyway. */
export class TimeMarker {
  readonly #time: TrustedTime;
  #last = -Infinity;
  #doubtful = false;

  constructor(time: TrustedTime) {
    this.#time = time;
  }

  /** What is to be noted now, if anything is. */
  changes(): LedgerChange[] {
    const at = this.#time.monotonic();
    const { doubtful } = this.#time;
    if (at - this.#last < EVERY && doubtful === this.#doubtful) return [];
    this.#last = at;
    this.#doubtful = doubtful;
    return [markOf(this.#time)];
  }
}

export function markOf(time: TrustedTime): LedgerChange {
  return { kind: "note", key: KEY, value: JSON.stringify(time.mark), at: time.now() };
}
