import type { FileRecord } from "../store/state-store.js";

type Age = Pick<FileRecord, "observedAt" | "firstSeenAt" | "wantedAt">;

/**
 * When a file is older than its source keeps files; epoch ms, Infinity: never. What counts is when it was observed, or
 * first seen where its path says nothing of time; one that somebody asked for later is kept for as long from then on.
 */
export function letGoAt({ observedAt, firstSeenAt, wantedAt }: Age, keep: number): number {
  return Math.max((observedAt ?? firstSeenAt).getTime(), wantedAt?.getTime() ?? -Infinity) + keep;
}

export function isTooOld(file: Age, keep: number, now: Date): boolean {
  return letGoAt(file, keep) <= now.getTime();
}

/** The record of a file that is let go: what was known of it stays, its place is free. */
export function letGo(file: FileRecord, reason: string): FileRecord {
  return {
    ...file,
    status: "expired",
    location: undefined,
    encoding: undefined,
    storedSize: undefined,
    nextAttemptAt: undefined,
    wantedAt: undefined,
    reason,
  };
}

/** The record of a file that somebody wants although it was let go, or would be before long. */
export function wantAgain(file: FileRecord, keep: number, now: Date): FileRecord {
  const wanted = isTooOld(file, keep, now) || file.status === "expired" ? { ...file, wantedAt: now } : file;
  // Nothing of it is on disk: its place, if it gets the same, isn't its own before it is filled.
  return file.status === "expired" ? { ...wanted, version: 0 } : wanted;
}
