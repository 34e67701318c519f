import { DaybookError } from "@daybook/core";
import type { Session } from "../connection/session.js";
import { arrays, chunks } from "../sql/bulk.js";
import { lockSlots, putDue, putVisits, visitColumns } from "../sql/slots.js";
import { keyOf } from "../text.js";
import type { Batch } from "./batch.js";
import type { SourceIds } from "./sources.js";

/** Ids of slots by source id and path. */
export class SlotIds {
  readonly #ids = new Map<string, number>();

  set(sourceId: number, pathKey: string, id: number): void {
    this.#ids.set(`${sourceId} ${pathKey}`, id);
  }

  /** Rejects a slot that isn't known with kind "store". */
  get(source: string, sourceId: number, path: string): number {
    const id = this.#ids.get(`${sourceId} ${keyOf(path)}`);
    if (id !== undefined) return id;
    throw new DaybookError("store", "the slot isn't in the ledger; record a visit to it first", {
      retry: "no",
      operation: "record",
      source,
      path,
    });
  }
}

interface Wanted {
  readonly sourceId: number;
  readonly pathKey: string;
}

/** Locks every slot the batch touches, writes the visits and what is due; returns the slots' ids. */
export async function recordSlots(
  session: Session,
  schema: string,
  sources: SourceIds,
  { visits, dues, files }: Batch,
): Promise<SlotIds> {
  const wanted = new Map<string, Wanted>();
  for (const [source, path] of [
    ...visits.map((v) => [v.source, v.path] as const),
    ...dues.map((d) => [d.source, d.path] as const),
    ...files.map((f) => [f.source, f.slot] as const),
  ])
    wanted.set(`${source}\0${path}`, { sourceId: sources.get(source)!, pathKey: keyOf(path) });

  const ids = await lock(session, schema, [...wanted.values()]);
  const rows = visits
    .map((visit) => ({ sourceId: sources.get(visit.source)!, visit, order: keyOf(visit.path) }))
    .sort((a, b) => a.sourceId - b.sourceId || (a.order < b.order ? -1 : 1));
  for (const some of chunks(rows)) {
    const written = await session.rows<{ id: number; source_id: number; path_key: string }>(
      putVisits(schema),
      arrays(visitColumns, some),
    );
    for (const row of written) ids.set(row.source_id, row.path_key, row.id);
  }
  for (const some of chunks(dues))
    await session.run(putDue(schema), [
      some.map(({ source, path }) => ids.get(source, sources.get(source)!, path)),
      some.map(({ at }) => at.getTime()),
    ]);
  return ids;
}

async function lock(session: Session, schema: string, wanted: readonly Wanted[]): Promise<SlotIds> {
  const ids = new SlotIds();
  if (wanted.length === 0) return ids;
  // In one statement, however many: the order of the locks must hold across all of them.
  const rows = await session.rows<{ place: number; id: number }>(lockSlots(schema), [
    wanted.map(({ sourceId }) => sourceId),
    wanted.map(({ pathKey }) => pathKey),
  ]);
  for (const { place, id } of rows) {
    const { sourceId, pathKey } = wanted[place]!;
    ids.set(sourceId, pathKey, id);
  }
  return ids;
}
