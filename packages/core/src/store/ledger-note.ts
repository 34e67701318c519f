/**
 * A short fact the ledger keeps under a name, such as how far time is known to have come, or what a host needs. It belongs
 * to no source; whoever writes it names it so that nobody else's is in its way: "time/…", "host/…".
 */
export interface LedgerNote {
  readonly key: string;
  readonly value: string;
  /** When it was noted. */
  readonly at: Date;
}
