import { refused } from "@daybook/core";
import type { Session } from "../connection/session.js";
import { arrays, chunks } from "../sql/bulk.js";
import type { VisitRow } from "../sql/slots.js";
import { lockSlots, putDue, putVisits, visitColumns } from "../sql/slots.js";
import { keyOf } from "../text.js";
import type { Batch } from "./batch.js";
import type { SourceIds } from "./sources.js";

interface Slot {
  readonly source: string;
  readonly path: string;
}

/** A slot as its row is found. */
interface Keyed extends Slot {
  readonly sourceId: number;
  readonly key: string;
}

// "\0" is in no name.
const nameOf = ({ source, path }: Slot): string => `${source}\0${path}`;

/** The slots a batch touches, by source and path. */
export class SlotIds {
  readonly #ids = new Map<string, number>();

  set(slot: Slot, id: number): void {
    this.#ids.set(nameOf(slot), id);
  }

  /** Throws kind "store" for a slot that isn't known. */
  get({ source, path }: Slot): number {
    const id = this.#ids.get(nameOf({ source, path }));
    if (id !== undefined) return id;
    throw refused("the slot isn't in the ledger; record a visit to it first", { source, path });
  }
}

/** Locks every slot the batch touches, writes the visits and what is due; returns the slots' ids. */
export async function recordSlots(
  session: Session,
  schema: string,
  sources: SourceIds,
  { visits, dues, files }: Batch,
): Promise<SlotIds> {
  const touched = new Map<string, Slot>();
  for (const slots of [visits, dues, files.map(({ source, slot }) => ({ source, path: slot }))])
    for (const slot of slots) touched.set(nameOf(slot), slot);
  const keyed = new Map<string, Keyed>();
  for (const [name, { source, path }] of touched)
    keyed.set(name, { source, path, sourceId: sources.get(source)!, key: keyOf(path) });

  const ids = new SlotIds();
  await lock(session, schema, [...keyed.values()], ids);
  const rows = visits.map((visit) => ({ visit, ...keyed.get(nameOf(visit))! }));
  rows.sort((a, b) => a.sourceId - b.sourceId || (a.key < b.key ? -1 : 1));
  for (const some of chunks(rows)) await visit(session, schema, some, ids);
  for (const some of chunks(dues))
    await session.run(putDue(schema), [some.map((due) => ids.get(due)), some.map(({ at }) => at.getTime())]);
  return ids;
}

async function lock(session: Session, schema: string, slots: readonly Keyed[], ids: SlotIds): Promise<void> {
  if (slots.length === 0) return;
  // In one statement, however many: the order of the locks must hold across all of them.
  const rows = await session.rows<{ place: number; id: number }>(lockSlots(schema), [
    slots.map(({ sourceId }) => sourceId),
    slots.map(({ key }) => key),
  ]);
  for (const { place, id } of rows) ids.set(slots[place]!, id);
}

async function visit(
  session: Session,
  schema: string,
  rows: readonly (Keyed & VisitRow)[],
  ids: SlotIds,
): Promise<void> {
  const byKey = new Map(rows.map((row) => [`${row.sourceId} ${row.key}`, row]));
  const written = await session.rows<{ id: number; source_id: number; path_key: string }>(
    putVisits(schema),
    arrays(visitColumns, rows),
  );
  for (const { id, source_id, path_key } of written) ids.set(byKey.get(`${source_id} ${path_key}`)!, id);
}
