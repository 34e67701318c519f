import type { Session } from "../connection/session.js";
import { addSources, findSources } from "../sql/names.js";
import { identity } from "../text.js";

export type SourceIds = ReadonlyMap<string, number>;

/** Ids of the sources named, made where they are new. */
export async function idsOfSources(
  session: Session,
  schema: string,
  things: readonly { source: string }[],
): Promise<SourceIds> {
  const names = [...new Set(things.map(({ source }) => source))].sort();
  const ids = new Map<string, number>();
  const find = async () => {
    const rows = await session.rows<{ id: number; name: string }>(findSources(schema), [names]);
    for (const { id, name } of rows) ids.set(name, id);
  };
  await find();
  const added = names.filter((name) => !ids.has(name)).map(identity);
  if (added.length > 0) {
    await session.run(addSources(schema), [added]);
    await find();
  }
  return ids;
}
