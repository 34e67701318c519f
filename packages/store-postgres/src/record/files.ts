import type { FileRecord, FileStatus } from "@daybook/core";
import type { Session } from "../connection/session.js";
import { arrays, chunks } from "../sql/bulk.js";
import type { FileRow } from "../sql/files.js";
import { addFiles, fileColumns, lockFiles, replaceFiles } from "../sql/files.js";
import { addToCounts } from "../sql/slots.js";
import { splitPath } from "../text.js";
import { CountChanges } from "./counts.js";
import { idsOfDirectories } from "./directories.js";
import type { SlotIds } from "./slots.js";
import type { SourceIds } from "./sources.js";

interface Targets {
  readonly sources: SourceIds;
  readonly slots: SlotIds;
  readonly files: readonly FileRecord[];
}

/**
 * Adds or replaces the files and brings their slots' counts up to date by what changes, since counting a slot of a
 * million files again for each new one would take seconds. The counts stay exact because what a file counted as before is
 * read under its lock, and because a file that another transaction adds meanwhile fails this one, which is then repeated.
 */
export async function recordFiles(session: Session, schema: string, targets: Targets): Promise<void> {
  const rows = await toRows(session, schema, targets);
  rows.sort((a, b) => a.directoryId - b.directoryId || (a.name < b.name ? -1 : 1));
  const counts = new CountChanges();
  for (const some of chunks(rows)) {
    const known = new Set<number>();
    const before = await session.rows<{
      place: number;
      slot_id: number;
      status: FileStatus;
      size: number | null;
    }>(lockFiles(schema), [some.map((r) => r.directoryId), some.map((r) => r.name)]);
    for (const { place, slot_id, status, size } of before) {
      known.add(place);
      counts.add(slot_id, status, size, -1);
    }
    for (const { slotId, file } of some) counts.add(slotId, file.status, file.size, 1);
    const [added, replaced] = partition(some, (place) => !known.has(place));
    if (added.length > 0) await session.run(addFiles(schema), arrays(fileColumns, added));
    if (replaced.length > 0) await session.run(replaceFiles(schema), arrays(fileColumns, replaced));
  }
  for (const some of chunks(counts.changes())) await session.run(addToCounts(schema), columnsOf(some));
}

async function toRows(
  session: Session,
  schema: string,
  { sources, slots, files }: Targets,
): Promise<FileRow[]> {
  const places = new Map<string, number>();
  const directories: { sourceId: number; path: string }[] = [];
  const rows = files.map((file) => {
    const sourceId = sources.get(file.source)!;
    const { directory, name } = splitPath(file.path);
    const key = `${sourceId} ${directory}`;
    const place = places.get(key) ?? directories.push({ sourceId, path: directory }) - 1;
    places.set(key, place);
    return { sourceId, slotId: slots.get({ source: file.source, path: file.slot }), name, file, place };
  });
  const ids = await idsOfDirectories(session, schema, directories);
  return rows.map(({ place, ...row }) => ({ ...row, directoryId: ids[place]! }));
}

function partition<T>(items: readonly T[], first: (place: number) => boolean): [T[], T[]] {
  return [items.filter((_, place) => first(place)), items.filter((_, place) => !first(place))];
}

/** What can be added to a sum of the same size without leaving its column. */
const LARGEST = 2 ** 62;

const columnsOf = (changes: readonly ReturnType<CountChanges["changes"]>[number][]): unknown[][] => [
  changes.map((c) => c.slotId),
  changes.map((c) => c.pending),
  changes.map((c) => c.stored),
  changes.map((c) => c.quarantined),
  changes.map((c) => c.gone),
  changes.map((c) => c.expired),
  changes.map((c) => BigInt(Math.max(-LARGEST, Math.min(LARGEST, c.bytes)))),
];
