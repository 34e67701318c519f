import { isDaybookError, type DaybookError } from "../errors/daybook-error.js";
import { sameVersion } from "../plan/version.js";
import type { Candidate } from "./file-decision.js";
import type { Source } from "./source.js";
import type { Found } from "./tree-walk.js";

/**
 * What stands at a file's place before it is fetched. A version that was stored there is ours to replace. Otherwise the
 * place must be free, or hold the very file: named before a crash and not recorded, or brought by another tool. That is
 * believed only where the place can be no other file's and the times are known; where it isn't sure, the file is
 * fetched and the bytes are compared before anything takes a name.
 */
export async function whatStandsAt(
  source: Source,
  { found, before, same }: Candidate,
  place: string,
): Promise<"nothing" | "itself" | "perhaps" | "ours" | "another" | DaybookError> {
  const { destination, transport, name, layout } = source;
  let there: { size: number; modifiedAt: Date } | undefined;
  try {
    there = await destination.stat(place);
  } catch (error) {
    // One folder that may not be entered, or a link in its place.
    if (isDaybookError(error, "config") || isDaybookError(error, "permission")) return error;
    throw error;
  }
  if (there === undefined) return "nothing";
  const precision = transport.capabilities.modifiedAt;
  // The size on disk says nothing of a packed file; its content is looked at before it is taken for anything.
  const packed = destination.encodingOf(place) !== undefined;
  const isVersion = (v: { size?: number; modifiedAt?: Date }) => {
    const size = packed ? v.size : there.size;
    return size === v.size && sameVersion({ ...there, size }, v, precision);
  };
  const sure =
    found.entry.modifiedAt !== undefined &&
    destination.origin(place, name, layout.root ?? "/") === found.path;
  if (isVersion(found.entry) && sure) return "itself";
  if (before !== undefined && before.version > 0 && before.location === place) return "ours";
  if (isVersion(found.entry)) return "perhaps";
  if (await isTorn(source, found, place, there)) {
    // Aside, not away: it is nobody's loss, should it be somebody else's.
    await destination.remove(place);
    return "nothing";
  }
  if (!sure || before === undefined || same || before.location !== place || !isVersion(before))
    return "another";
  // Named before a crash, never recorded, and out of date by now.
  await destination.remove(place);
  return "nothing";
}

/**
 * An empty file in the place of one that isn't: named by a program that didn't sync, and whose ledger lost it with the
 * bytes when the power failed. Its time says so, or that the machine went down.
 */
async function isTorn(
  { name: source, destination, owners, transport }: Source,
  { path, entry }: Found,
  place: string,
  there: { size: number; modifiedAt: Date },
): Promise<boolean> {
  if (there.size > 0 || !entry.size) return false;
  const timed =
    entry.modifiedAt && sameVersion({ ...there, size: entry.size }, entry, transport.capabilities.modifiedAt);
  if (!timed && destination.suspectSince === undefined) return false;
  return (await owners.other({ source, path }, place)) === undefined;
}
