import type { ErrorKind } from "@daybook/core";
import type { Rng } from "./rng.js";
import type { Trouble } from "./troubles.js";

const MINUTE = 60_000;

const KINDS: readonly ErrorKind[] = ["unsupported", "auth", "permission"];

/**
 * What servers do that is neither yes nor a failing line: they refuse a log-in for a while, send no file although they list
 * it, or end every session because of one read.
 */
export function oddReplies(rng: Rng, from: number, until: number): Trouble[] {
  if (!rng.chance(0.3)) return [];
  return Array.from({ length: rng.int(1, 2) }, (): Trouble => {
    const start = rng.int(from, until);
    const end = Math.min(until, start + rng.int(1, 120) * MINUTE);
    const base = { from: start, until: end, chance: rng.pick([1, 0.5, 0.2]) };
    const what = rng.pick(["login-refused", "read-kills", "read-fails"] as const);
    return what === "read-fails" ? { ...base, what, kind: rng.pick(KINDS) } : { ...base, what };
  });
}
