import { MemoryStore, type FileRecord, type LedgerChange } from "@daybook/core";

/** A ledger that notes how much it is asked and told at once, and can fail at a record. */
export class CountingBatches extends MemoryStore {
  readonly largest = { files: 0, record: 0 };
  /** How many more records of files succeed. */
  records = Infinity;

  override async files(source: string, paths: readonly string[]): Promise<Map<string, FileRecord>> {
    this.largest.files = Math.max(this.largest.files, paths.length);
    return super.files(source, paths);
  }

  override async record(changes: readonly LedgerChange[]): Promise<void> {
    const ofFiles = changes.some(({ kind }) => kind === "file");
    if (ofFiles && this.records-- <= 0) throw new Error("made up: killed");
    this.largest.record = Math.max(this.largest.record, changes.length);
    return super.record(changes);
  }
}
