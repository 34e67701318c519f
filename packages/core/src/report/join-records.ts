import type { Slot } from "../layout/path-layout.js";
import type { SlotGlimpse } from "../store/state-store.js";

/**
 * Tells of each slot once, with its record where there is one. Both come in order of time, so that most meet at once and
 * nothing is kept; what doesn't, since one is missing or stands elsewhere, is matched by path at the end.
 */
export async function joinRecords(
  slots: Iterable<Slot>,
  records: AsyncIterable<SlotGlimpse>,
  tell: (slot: Slot, record: SlotGlimpse | undefined) => void,
): Promise<void> {
  const coming = slots[Symbol.iterator]();
  const alone: Slot[] = [];
  const astray = new Map<string, SlotGlimpse>();
  let next = coming.next();
  for await (const record of records) {
    const start = record.start.getTime();
    while (!next.done && next.value.path !== record.path && next.value.start.getTime() < start) {
      alone.push(next.value);
      next = coming.next();
    }
    if (!next.done && next.value.path === record.path) {
      tell(next.value, record);
      next = coming.next();
    } else astray.set(record.path, record);
  }
  for (; !next.done; next = coming.next()) alone.push(next.value);
  for (const slot of alone) tell(slot, astray.get(slot.path));
}
