import type { Session } from "../connection/session.js";
import { forgetPlanned, putPlanned } from "../sql/planned.js";
import { storable } from "../text.js";
import { ms } from "../time.js";
import type { Planned } from "./batch.js";

export async function recordPlanned(
  session: Session,
  schema: string,
  sources: ReadonlyMap<string, number>,
  planned: readonly Planned[],
): Promise<void> {
  for (const { source, stretch } of planned) {
    const id = sources.get(source)!;
    if (stretch === undefined) {
      await session.run(forgetPlanned(schema), [id]);
      continue;
    }
    const { layout, selection, start, end, slots } = stretch;
    await session.run(putPlanned(schema), [id, layout, storable(selection), ms(start), ms(end), slots]);
  }
}
