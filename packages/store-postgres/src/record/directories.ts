import { DaybookError } from "@daybook/core";
import type { Session } from "../connection/session.js";
import { chunks } from "../sql/bulk.js";
import { addDirectories, findDirectories } from "../sql/names.js";
import { identity, keyOf } from "../text.js";

export interface Directory {
  readonly sourceId: number;
  readonly path: string;
}

/** Their ids, in their order, made where they are new. */
export async function idsOfDirectories(
  session: Session,
  schema: string,
  directories: readonly Directory[],
): Promise<number[]> {
  const keyed = directories.map((d, place) => ({ ...d, place, key: keyOf(d.path) }));
  const ids = new Array<number | undefined>(directories.length);
  const find = async (wanted: typeof keyed) => {
    for (const some of chunks(wanted)) {
      const rows = await session.rows<{ place: number; id: number }>(findDirectories(schema), [
        some.map((d) => d.sourceId),
        some.map((d) => d.key),
      ]);
      for (const { place, id } of rows) ids[some[place]!.place] = id;
    }
    return wanted.filter(({ place }) => ids[place] === undefined);
  };
  let missing = await find(keyed);
  missing.sort((a, b) => a.sourceId - b.sourceId || (a.path < b.path ? -1 : 1));
  for (const some of chunks(missing))
    await session.run(addDirectories(schema), [
      some.map((d) => d.sourceId),
      some.map((d) => d.key),
      some.map((d) => identity(d.path)),
    ]);
  missing = await find(missing);
  if (missing.length > 0) throw new DaybookError("store", "a directory that was added isn't there");
  return ids as number[];
}
