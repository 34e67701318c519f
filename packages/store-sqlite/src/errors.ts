import type { Failure } from "./failure.js";
import { Refusal } from "./failure.js";

/** What SQLite or the file system says, as a failure with a sentence about what to do. See sqlite.org/rescode.html. */
export function failureOf(error: unknown, path: string): Failure {
  if (error instanceof Refusal) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string")
    return { kind: "store", retry: "no", detail: `SQLite ledger ${path}: ${message}` };

  const failure = (detail: string, more: Partial<Failure> = {}): Failure => ({
    kind: "store",
    code,
    detail: `${detail} (${path}: ${message})`,
    ...more,
  });
  if (code === "SQLITE_FULL" || code === "ENOSPC" || code === "EDQUOT")
    return failure("the disk that holds the ledger is full; free some space", { kind: "no-space" });
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED"))
    return failure(
      "another program has held the ledger's file locked for more than 5 s; try again when it is done",
    );
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB")
    return failure(
      "the ledger's file is damaged or not a ledger; restore it from a copy, or move it away to begin a new one",
      { retry: "no" },
    );
  if (code.startsWith("SQLITE_READONLY") || ["EACCES", "EPERM", "EROFS"].includes(code))
    return failure("the ledger can't be written; check who owns its file and folder, and their permissions", {
      retry: "no",
    });
  if (code.startsWith("SQLITE_CANTOPEN") || ["ENOTDIR", "EEXIST", "EISDIR", "ENOENT"].includes(code))
    return failure(
      "the ledger's file can't be opened or made; check its path, its folder and their permissions",
      {
        retry: "no",
      },
    );
  if (code.startsWith("SQLITE_CONSTRAINT") || code === "SQLITE_MISMATCH")
    return failure("the ledger refused a record: one of its values is missing or of the wrong kind", {
      retry: "no",
    });
  return failure("the ledger's file could not be read or written");
}
