import { ENDED_SHORT } from "../fetch/ended-short.js";
import type { FetchFailure } from "../fetch/fetcher.js";
import { backoff } from "../plan/backoff.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { FileRecord } from "../store/state-store.js";

/** A server that is busy is asked no sooner than after as many failures, however few there were. */
const BUSY = 5;

/**
 * The file's next record, by the class of its error; undefined where it was cancelled, and stays as it was. Attempts count
 * what is said of the file and its content, and only those are limited: a line that fails is tried again for ever.
 * `failures` is how often in a row it failed otherwise, this time included. Pure.
 */
export function judgeAttempt(
  record: FileRecord,
  { error, hopeless, gained }: FetchFailure,
  failures: number,
  policy: Pick<SourcePolicy, "maxAttempts" | "retryDelay" | "maxRetryDelay">,
  now: Date,
  random: () => number,
): FileRecord | undefined {
  const later = (attempts: number, waits: number): FileRecord => {
    const wait = backoff(waits, policy.retryDelay, policy.maxRetryDelay, random);
    return { ...record, attempts, nextAttemptAt: new Date(now.getTime() + wait), reason: error.detail };
  };
  const giveUp = (attempts: number): FileRecord => ({
    ...record,
    attempts,
    status: "quarantined",
    nextAttemptAt: undefined,
    reason: error.detail,
  });
  const counted = (): FileRecord => {
    const attempts = record.attempts + 1;
    return attempts >= policy.maxAttempts ? giveUp(attempts) : later(attempts, attempts);
  };
  const uncounted = (least = 1) => later(record.attempts, Math.max(failures, least));

  if (hopeless) {
    // Its place isn't its own, and must not count as claimed when it is tried again.
    const location = record.version > 0 ? record.location : undefined;
    return { ...giveUp(record.attempts + 1), location };
  }
  if (error.kind === "cancelled") return undefined;
  // The log-in, or a host that can't be reached, says nothing of this file.
  if (error.operation === "connect") return uncounted();
  switch (error.kind) {
    case "permission":
    case "config":
      return giveUp(record.attempts + 1);
    case "busy":
      return uncounted(BUSY);
    case "no-space":
    case "store":
    case "network":
    case "timeout":
      return uncounted();
    case "cut-short":
      return error.code === ENDED_SHORT && gained === 0 ? counted() : uncounted();
    // Said of this file, whatever else the same words may mean. Where it did change, the next listing shows a new version,
    // and its attempts are counted anew.
    case "auth":
    case "unsupported":
    case "changed":
    case "not-found":
    case "protocol":
    case "bad-content":
      return counted();
  }
}

/** Whether two failures are one piece of news: what differs are numbers, such as how far it got. */
export function isSameNews(before: string | undefined, after: string): boolean {
  return before !== undefined && (before === after || withoutNumbers(before) === withoutNumbers(after));
}

const withoutNumbers = (text: string) => text.replace(/\d+/g, "#");
