import { DaybookError, isDaybookError, printable } from "../errors/daybook-error.js";
import type { Observation, PathLayout, Slot } from "../layout/path-layout.js";
import type { ListingOutcome, Skipped } from "../store/state-store.js";
import { Breath } from "./breath.js";
import { unsafeName } from "../transport/safe-name.js";
import type { RemoteEntry, Transport, TransportCallOptions } from "../transport/transport.js";

/** A remote file that the layout knows. */
export interface Found {
  readonly path: string;
  readonly entry: RemoteEntry;
  readonly observation: Observation;
  /** Names of the files in its directory. */
  readonly siblings: ReadonlySet<string>;
}

/** All that one look at a slot found. */
export interface Look {
  readonly outcome: Exclude<ListingOutcome, "failed">;
  readonly found: Found[];
  readonly skipped: Skipped;
  readonly unreadable: Skipped;
  /** Why a listing isn't complete, where it wasn't the server that cut it off. */
  readonly reason?: string;
}

const SAMPLES = 5;

/** Counts names and keeps the first few. */
class Tally implements Skipped {
  count = 0;
  readonly names: string[] = [];

  add(name: string): void {
    // Cutting may leave half a character at the end.
    if (this.count++ < SAMPLES) this.names.push(printable(printable(name).slice(0, 300)));
  }
}

/**
 * Lists a slot's directory and every directory below it that the layout enters, side by side. Rejects if one of the
 * listings failed: then nothing is known of the slot. A directory that may not be read counts as unreadable, since
 * asking again won't help; one that vanished meanwhile is as good as empty.
 */
export async function lookAt(
  slot: Slot,
  layout: PathLayout,
  transport: Pick<Transport, "list">,
  options: TransportCallOptions,
): Promise<Look> {
  const found: Found[] = [];
  const skipped = new Tally();
  const unreadable = new Tally();
  let truncated = false;
  let reason: string | undefined;
  let missing = false;

  const walk = async (directory: string): Promise<void> => {
    const listing = await transport.list(directory, options).catch((error: unknown) => {
      if (isDaybookError(error, "not-found")) missing ||= directory === slot.path;
      else if (isDaybookError(error, "permission")) unreadable.add(`${directory}: ${error.detail}`);
      else throw error;
      return undefined;
    });
    if (listing === undefined) return;
    truncated ||= !listing.complete;
    if (!listing.complete) reason ??= listing.reason;
    for (const line of listing.unreadable ?? []) unreadable.add(line);
    const below: string[] = [];
    const siblings = new Set<string>();
    const breath = new Breath();
    for (const entry of listing.entries) {
      if (breath.due) await breath.take();
      const reason = unsafeName(entry.name);
      const path = `${directory === "/" ? "" : directory}/${entry.name}`;
      if (reason !== undefined) skipped.add(`${entry.name} (${reason})`);
      else if (entry.type === "directory" && layout.enters(slot, path)) below.push(path);
      else if (entry.type !== "file")
        skipped.add(`${path} (${entry.type === "directory" ? "a directory" : "not a file"})`);
      else {
        siblings.add(entry.name);
        const observation = layout.parse(path);
        if (observation === undefined) skipped.add(path);
        else found.push({ path, entry, observation, siblings });
      }
    }
    await Promise.all(below.map(walk));
  };

  await walk(slot.path);
  const outcome = truncated ? "truncated" : missing ? "missing" : found.length > 0 ? "entries" : "empty";
  return { outcome, found, skipped, unreadable, reason };
}

/** The same path twice in one listing can't be trusted either way. */
export function firstOfEach(found: readonly Found[]): Found[] {
  return [...new Map(found.map((f) => [f.path, f])).values()];
}

export function asListingError(error: unknown): DaybookError {
  if (isDaybookError(error)) return error;
  return new DaybookError("protocol", error instanceof Error ? error.message : String(error), {
    operation: "list",
    cause: error,
  });
}
