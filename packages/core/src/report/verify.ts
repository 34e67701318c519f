import { missed } from "../crawl/reconcile.js";
import type { Destination } from "../destination/destination.js";
import { hashOf } from "../destination/hash-of.js";
import { isTooOld } from "../retain/retention.js";
import type { FileRecord, StateStore } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";

/**
 * What is wrong with one file. lost: recorded as stored, but not there; damaged: there, but not with the bytes that
 * were recorded; unrecorded: there, but not in the ledger (Daybook never removes such a file).
 */
export interface Discrepancy {
  readonly kind: "lost" | "damaged" | "unrecorded";
  /** Relative to the destination. */
  readonly location: string;
  /** Of the record; missing for unrecorded files. */
  readonly source?: string;
  readonly path?: string;
  readonly detail: string;
  /** Whether it was put back in the queue. */
  readonly repaired: boolean;
}

export interface VerifiedSource {
  readonly name: string;
  readonly range: TimeRange;
  /** The layout's constant directory. */
  readonly root: string;
  /** How long files are kept, in ms. */
  readonly keep: number;
}

export interface VerifyOptions {
  readonly store: StateStore;
  readonly destination: Destination;
  readonly sources: readonly VerifiedSource[];
  /** Puts what is lost or damaged back in the queue unless it is too old; a damaged file is removed first. */
  readonly repair: boolean;
  readonly now: () => Date;
  /** So late it is at least. */
  readonly sure: () => Date;
  /** Told of every file that was looked at. */
  readonly checked?: (file: FileRecord) => void;
}

/** Re-hashes every stored file, then looks for files nobody recorded. The ledger is looked up in batches. */
export async function* verify(options: VerifyOptions): AsyncIterable<Discrepancy> {
  const { store, destination, repair, now } = options;
  for (const { name, range, keep } of options.sources) {
    for await (const file of store.find({ source: name, status: ["stored"], range: boundless(range) })) {
      options.checked?.(file);
      const problem = await problemOf(file, destination);
      if (problem === undefined || !(await isCurrent(file, store))) continue;
      const { kind, detail } = problem;
      const [at, sure] = [now(), options.sure()];
      const old = isTooOld(file, keep, sure);
      // Deleted for its age by a program that died before it could say so, or by somebody else: either way no loss.
      if (old && kind === "lost") {
        if (repair) await store.record(missed(file, keep, { at, sure }, "expired", detail));
        continue;
      }
      if (repair) {
        // Of the right size and time, it would be taken for the file itself when that is to be fetched.
        if (kind === "damaged") await destination.remove(file.location!);
        await store.record(missed(file, keep, { at, sure }, kind, detail));
      }
      yield {
        kind,
        location: file.location ?? "",
        source: name,
        path: file.path,
        detail,
        repaired: repair && !old,
      };
    }
  }
  yield* unrecorded(options);
}

/** Whether the ledger still says the same: a crawl may have brought a new version while the file was read. */
async function isCurrent({ source, path, version, sha256 }: FileRecord, store: StateStore): Promise<boolean> {
  const now = (await store.files(source, [path])).get(path);
  return now?.status === "stored" && now.version === version && now.sha256 === sha256;
}

async function problemOf(
  { location, sha256, encoding, storedSize }: FileRecord,
  destination: Destination,
): Promise<{ kind: "lost" | "damaged"; detail: string } | undefined> {
  const there = location === undefined ? undefined : await destination.stat(location);
  if (there === undefined) await destination.mark?.attend();
  if (location === undefined || there === undefined)
    return { kind: "lost", detail: "it is not on disk any more" };
  // What follows a packed file's end is in no hash.
  if (storedSize !== undefined && there.size !== storedSize)
    return { kind: "damaged", detail: `it has ${there.size} bytes on disk, recorded were ${storedSize}` };
  const found = await hashOf(location, destination, encoding);
  if (found === sha256) return undefined;
  if (found === undefined)
    return { kind: "damaged", detail: `what is there can't be unpacked (${encoding})` };
  return {
    kind: "damaged",
    detail: `its SHA-256 is ${found.slice(0, 16)}…, recorded was ${sha256?.slice(0, 16)}…`,
  };
}

const BATCH = 500;

async function* unrecorded(options: VerifyOptions): AsyncIterable<Discrepancy> {
  const { store, destination, sources } = options;
  const batch: string[] = [];
  const check = async (): Promise<Discrepancy[]> => {
    const known = new Set<string>();
    const blocked = new Map<string, FileRecord>();
    for (const { name, root } of sources) {
      const paths = new Map<string, string[]>();
      for (const location of batch) {
        for (const at of namesLike(location)) {
          const path = destination.origin(at, name, root);
          if (path !== undefined) paths.set(path, [...(paths.get(path) ?? []), location]);
        }
      }
      for (const [path, file] of await store.files(name, [...paths.keys()])) {
        // Nothing of a file that was let go is on disk; what stands there is somebody else's.
        if (file.status === "expired") continue;
        // Nothing of it was ever stored: what stands there is in its way.
        if (file.status === "quarantined" && file.version === 0) {
          for (const location of paths.get(path)!) blocked.set(location, file);
          continue;
        }
        for (const location of paths.get(path)!)
          if (!PACKED.test(location) || file.location === location || isEarlier(location, file))
            known.add(location);
      }
    }
    const strange = batch.splice(0).filter((location) => !known.has(location));
    return strange.map((location) => stranger(location, blocked.get(location)));
  };
  // Where places can't be read back, the ledger is read through instead.
  const named = await unreadablePlaces(options);
  for await (const location of destination.list()) {
    if (named?.has(location)) continue;
    if (named === undefined && !sources.some(({ name }) => location.startsWith(`${name}/`))) continue;
    batch.push(location);
    if (batch.length >= BATCH) yield* await check();
  }
  yield* await check();
}

const PACKED = /\.(gz|zst)$/;

/**
 * A location as it would read if it meant something else: what ends like the name of a later version may be a name that
 * ends so, and what ends like a packed file may be kept as it was sent, or come from a time when files were packed.
 */
function namesLike(location: string): string[] {
  const names = [location, `${location}.v0`];
  if (PACKED.test(location)) names.push(location.replace(PACKED, ""));
  return names;
}

/** Whether it is where an earlier version was put that stayed beside the one that is recorded. */
function isEarlier(location: string, { location: recorded, version }: FileRecord): boolean {
  const bare = (at: string) => at.replace(PACKED, "").replace(/\.v\d+$/, "");
  return version > 1 && recorded !== undefined && bare(recorded) === bare(location);
}

/**
 * Every recorded location, where the destination names places in a way that can't be read back: those of all sources,
 * since a place doesn't say whose it is.
 */
async function unreadablePlaces({
  store,
  destination,
  sources,
}: VerifyOptions): Promise<Set<string> | undefined> {
  const readable = sources.every(
    ({ name, root }) => destination.origin(`${name}/x`, name, root) !== undefined,
  );
  if (readable) return undefined;
  const named = new Set<string>();
  for await (const { location, status, version } of store.find({}))
    if (location !== undefined && (status !== "quarantined" || version > 0)) named.add(location);
  return named;
}

function stranger(location: string, blocked?: FileRecord): Discrepancy {
  if (blocked === undefined)
    return { kind: "unrecorded", location, detail: "the ledger doesn't know it", repaired: false };
  const { source, path, reason } = blocked;
  const detail = `it stands at the place of a file that was given up: ${reason ?? "no reason is known"}`;
  return { kind: "unrecorded", location, source, path, detail, repaired: false };
}

/** Without a range files that say nothing of time are found too. */
function boundless(range: TimeRange): TimeRange | undefined {
  return range.start.getTime() <= 0 && range.end === undefined ? undefined : range;
}
