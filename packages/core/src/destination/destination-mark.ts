/** Tells a destination from any other that may stand at its place: kept in it, and noted in the ledgers that know it. */
export interface DestinationMark {
  /** Random. */
  readonly id: string;
  /** Digests of the addresses of the ledgers that know it. */
  readonly ledgers: readonly string[];
}

/** What stands at a destination's place, as far as that can be seen without making anything. */
export interface DestinationSight {
  readonly mark?: DestinationMark;
  /** nothing: not even its folder. empty: a folder with nothing in it, such as a volume's that isn't mounted. */
  readonly there: "nothing" | "empty" | "files";
}

/** A destination's way to its mark. */
export interface MarkKeeper {
  /** For people: the folder's path, or the like. */
  readonly name: string;
  /** Looks, and makes nothing. */
  look(): Promise<DestinationSight>;
  /** Makes the destination if need be, and marks it, so that it outlasts a power cut. */
  put(mark: DestinationMark): Promise<void>;
  /**
   * Rejects with kind "store" and the code `GONE` if what was looked at, or opened, isn't there any more. Until then what
   * is missing below is missing; from then on that says nothing.
   */
  attend(): Promise<void>;
}
