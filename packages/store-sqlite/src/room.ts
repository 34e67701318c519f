import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { Refusal } from "./failure.js";

/** SQLite sees to it that memory it maps is on disk by pages of this size. */
const PAGE = 4096;
/** More than a transaction takes. */
const FLOOR = 2_000_000;

/**
 * Before the ledger is opened or written. On a file system with smaller blocks than SQLite reckons with, parts of its mapped
 * index get their place only when they are touched: with the disk full by then the whole process would be killed (SIGBUS).
 */
export function refuseFullDisk(path: string): void {
  if (path === ":memory:") return;
  let found;
  try {
    found = statfsSync(dirname(path));
  } catch {
    return;
  }
  const { bsize, bfree, bavail } = found;
  if (bsize >= PAGE || (process.getuid?.() === 0 ? bfree : bavail) * bsize >= FLOOR) return;
  throw new Refusal({
    kind: "no-space",
    code: "ENOSPC",
    detail: `the disk that holds the ledger is full; free some space (${path})`,
  });
}
