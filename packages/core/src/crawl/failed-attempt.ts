import type { DaybookError } from "../errors/daybook-error.js";
import type { FetchFailure } from "../fetch/fetcher.js";
import { backoff } from "../plan/backoff.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { FileRecord } from "../store/state-store.js";

/**
 * What a failed attempt means: the file's next record, or that the crawl must stop, or nothing at all (it was
 * cancelled, and stays as it was).
 */
export type AttemptOutcome =
  | { readonly file: FileRecord; readonly fatal?: undefined }
  | { readonly fatal: DaybookError; readonly file?: undefined }
  | undefined;

/** A server that is busy is asked no sooner than after as many failures, however few there were. */
const BUSY = 5;

/** Judges a failed attempt by the class of its error. Pure. */
export function judgeAttempt(
  record: FileRecord,
  { error, hopeless, gained }: FetchFailure,
  policy: Pick<SourcePolicy, "maxAttempts" | "retryDelay" | "maxRetryDelay">,
  now: Date,
  random: () => number,
): AttemptOutcome {
  const later = (attempts: number, waits = attempts): AttemptOutcome => {
    const wait = backoff(waits, policy.retryDelay, policy.maxRetryDelay, random);
    return {
      file: { ...record, attempts, nextAttemptAt: new Date(now.getTime() + wait), reason: error.detail },
    };
  };
  const giveUp = (attempts: number): AttemptOutcome => ({
    file: { ...record, attempts, status: "quarantined", nextAttemptAt: undefined, reason: error.detail },
  });
  const counted = (): AttemptOutcome => {
    const attempts = record.attempts + 1;
    return attempts >= policy.maxAttempts ? giveUp(attempts) : later(attempts);
  };

  if (hopeless) {
    // Its place isn't its own, and must not count as claimed when it is tried again.
    const location = record.version > 0 ? record.location : undefined;
    return { file: { ...giveUp(record.attempts + 1)!.file!, location } };
  }
  switch (error.kind) {
    case "cancelled":
      return undefined;
    case "auth":
    case "config":
    case "unsupported":
    case "no-space":
    case "store":
      return { fatal: error };
    case "permission":
      return giveUp(record.attempts + 1);
    case "busy":
      return later(record.attempts, Math.max(record.attempts, BUSY));
    case "network":
    case "timeout":
    case "cut-short":
      // A host that can't be reached says nothing of this file, and a bad line that brings some bytes each time gets
      // there in the end.
      return error.operation === "connect" || gained > 0 ? later(record.attempts) : counted();
    // Where it did change, the next listing shows a new version, and its attempts are counted anew.
    case "changed":
    case "not-found":
    case "protocol":
    case "bad-content":
      return counted();
  }
}
