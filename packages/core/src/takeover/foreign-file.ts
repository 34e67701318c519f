/** A file that another tool says it has brought home. */
export interface ForeignFile {
  readonly name: string;
  /** Its path at the source, if the tool noted one. */
  readonly remotePath?: string;
  /** Bytes, as the tool recorded them. */
  readonly size?: number;
  /** Hex, as the tool recorded it. */
  readonly sha256?: string;
  readonly storedAt?: Date;
  /** Absolute paths on this machine where it may lie; the first that is there counts. */
  readonly places: readonly string[];
  /** Why the tool itself doesn't hold it for complete; it is then only reported. */
  readonly incomplete?: string;
  /** Set where the tool had it and deleted it of its own accord, as it does when files are old. */
  readonly deleted?: { readonly reason: string; readonly at?: Date };
}

export interface TakeoverOptions {
  /**
   * Whether every file is read and hashed. Default true. False believes the tool's own hash where the file lies at its
   * place already; without one it is hashed all the same, since the ledger needs it.
   */
  readonly hash?: boolean;
  /** Changes nothing. */
  readonly dryRun?: boolean;
}

/** What became of one file. */
export interface TakenOver {
  readonly name: string;
  /**
   * taken: the ledger has it as stored now; expired: as let go, since the tool deleted it itself, so that it isn't fetched
   * again; known: the ledger had it before; left: a source's, but it has to be fetched, for `reason`; unmapped: no source's.
   */
  readonly outcome: "taken" | "expired" | "known" | "left" | "unmapped";
  readonly source?: string;
  /** At the source. */
  readonly path?: string;
  /** Relative to the destination. */
  readonly location?: string;
  /** Whether its bytes were copied to their place; else it lay there. */
  readonly copied?: boolean;
  readonly reason?: string;
}
