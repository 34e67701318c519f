import type { FileRecord, StateStore } from "../store/state-store.js";

export interface PlaceOwnersOptions {
  readonly store: Pick<StateStore, "filesAt">;
  /** Sources whose files are known to land somewhere else: their places may read the same. */
  readonly elsewhere: ReadonlySet<string>;
}

/**
 * Whom a place on disk belongs to: to one file of one source. A place is claimed by the record that names it, pending or
 * not; of several the first has it, so that all who ask get the same answer, at whatever moment they do.
 */
export class PlaceOwners {
  readonly #options: PlaceOwnersOptions;

  constructor(options: PlaceOwnersOptions) {
    this.#options = options;
  }

  /** The other file that has the place; undefined if it is free for this one. */
  async other(file: Pick<FileRecord, "source" | "path">, location: string): Promise<FileRecord | undefined> {
    const [first] = (await this.#claims([location])).sort(byClaim);
    return first && !isSame(first, file) ? first : undefined;
  }

  /** Those of the files at whose place another one is recorded, too: by ledgers of earlier times. One call for all. */
  async shared(files: readonly FileRecord[]): Promise<ReadonlySet<FileRecord>> {
    const claims = await this.#claims(files.flatMap(({ location }) => location ?? []));
    return new Set(
      files.filter((file) =>
        claims.some((claim) => claim.location === file.location && !isSame(claim, file)),
      ),
    );
  }

  async #claims(locations: readonly string[]): Promise<FileRecord[]> {
    const { store, elsewhere } = this.#options;
    return (await store.filesAt(locations)).filter(
      ({ source, status, version }) =>
        !elsewhere.has(source) && status !== "expired" && (version > 0 || status === "pending"),
    );
  }
}

/** What is on disk comes first, then what was seen first. */
function byClaim(a: FileRecord, b: FileRecord): number {
  return (
    Number(b.version > 0) - Number(a.version > 0) ||
    a.firstSeenAt.getTime() - b.firstSeenAt.getTime() ||
    compare(a.source, b.source) ||
    compare(a.path, b.path)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const isSame = (a: Pick<FileRecord, "source" | "path">, b: Pick<FileRecord, "source" | "path">): boolean =>
  a.source === b.source && a.path === b.path;
