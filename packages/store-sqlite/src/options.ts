export interface SqliteStoreOptions {
  /** The ledger's file; it and its folder are made if need be. ":memory:" keeps nothing after `close`. */
  readonly path: string;
}
