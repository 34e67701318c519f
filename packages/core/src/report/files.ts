import { checkAttributes } from "../layout/select.js";
import type { PathLayout } from "../layout/path-layout.js";
import type { FileQuery, FileRecord, StateStore } from "../store/state-store.js";

/** `attributes`: only files whose paths have these. */
export type FilesQuery = FileQuery & { readonly attributes?: Readonly<Record<string, string>> };
export type ReadFile = FileRecord & { readonly attributes: Readonly<Record<string, string>> };

/** Files of the ledger with what their sources' layouts read from their paths. */
export async function* files(
  sources: readonly { readonly name: string; readonly layout: PathLayout }[],
  store: Pick<StateStore, "find">,
  { attributes: wanted = {}, limit = Infinity, ...query }: FilesQuery,
): AsyncIterable<ReadFile> {
  const names = Object.keys(wanted);
  const asked = sources.filter(({ name }) => query.source === undefined || query.source === name);
  const known = asked.flatMap(({ layout }) => layout.attributes ?? names);
  if (asked.length > 0) checkAttributes("files", names, [...new Set(known)]);
  const layouts = new Map(sources.map(({ name, layout }) => [name, layout]));
  let left = limit;
  for await (const file of store.find(names.length > 0 || limit === Infinity ? query : { ...query, limit })) {
    const attributes = layouts.get(file.source)?.parse(file.path)?.attributes ?? {};
    if (!names.every((name) => attributes[name] === wanted[name])) continue;
    if (left-- <= 0) return;
    yield { ...file, attributes };
  }
}
