import type { ReadinessFacts, ReadinessRule } from "./policy.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 86_400_000;

/** Not modified for `ms`. Times that can't be right (in the future, or before the observation) prove nothing. */
export function minAge(ms: number): ReadinessRule {
  return ({ entry, observation, now, settles }) => {
    const modified = entry.modifiedAt?.getTime();
    if (modified === undefined) return "its modification time is unknown";
    // A server whose clock runs behind makes a file that is being written look old; a file that seems older than what
    // it observed gives such a clock away. `ls`-like listings tell of old files the day only, of whatever zone.
    const latest = modified % DAY === 0 ? modified + 1.5 * DAY : modified;
    if (observation.observedAt && latest < observation.observedAt.getTime() - 60 * SECOND)
      return "its modification time is before its observation: the server's clock can't be trusted";
    const age = now.getTime() - modified;
    if (age < 0 && age < ms) return `its time is ${aheadOf(-age)} ahead of this machine's clock`;
    if (age < ms) return `it was modified ${Math.round(age / SECOND)} s ago`;
    // Who waits for less than a minute has chosen not to wait.
    return ms >= MINUTE ? unsettled(now, settles) : undefined;
  };
}

/** Size and mtime the same in two looks at least `ms` apart, by our own clock. */
export function stable(ms = 10 * SECOND): ReadinessRule {
  return ({ seenBefore, now, settles }) => {
    if (seenBefore === undefined) return "it was seen for the first time";
    if (now.getTime() - seenBefore.firstSeenAt.getTime() < ms) return "it may still be growing";
    return unsettled(now, settles);
  };
}

/** A day's date is nothing to wait for: what was written again meanwhile is found out when the day is over. */
function unsettled(now: Date, settles: Date | undefined): string | undefined {
  const wait = settles === undefined ? 0 : settles.getTime() - now.getTime();
  return wait > 0 && wait <= 2 * MINUTE ? "the minute it is listed with isn't over" : undefined;
}

function aheadOf(ms: number): string {
  const units: [number, string][] = [
    [365.25 * DAY, "years"],
    [DAY, "days"],
    [60 * MINUTE, "hours"],
    [MINUTE, "minutes"],
  ];
  const [unit, name] = units.find(([one]) => ms >= 2 * one) ?? [SECOND, "seconds"];
  return `${Math.round(ms / unit)} ${name}`;
}

/** An inspector checks the file's end, so a file that isn't whole can't be mistaken for one that is. */
export function proven(): ReadinessRule {
  return ({ provable }) => (provable ? undefined : "no inspector proves its end");
}

/** The name fits, for servers that rename when a file is whole. */
export function namePattern(pattern: RegExp): ReadinessRule {
  const test = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
  return ({ entry }) => (test.test(entry.name) ? undefined : `its name doesn't fit ${pattern}`);
}

/** A file of the same name plus `suffix` stands beside it, such as ".ok". */
export function doneMarker(suffix: string): ReadinessRule {
  return ({ entry, siblings }) =>
    siblings.has(entry.name + suffix) ? undefined : `${entry.name}${suffix} isn't there yet`;
}

/** Ready when every rule says so. */
export function allOf(...rules: ReadinessRule[]): ReadinessRule {
  return (facts) => first(rules, facts);
}

/** Ready when one rule says so. */
export function anyOf(...rules: ReadinessRule[]): ReadinessRule {
  return (facts) => {
    const reasons: string[] = [];
    for (const rule of rules) {
      const reason = rule(facts);
      if (reason === undefined) return undefined;
      reasons.push(reason);
    }
    return reasons.join(", and ");
  };
}

function first(rules: readonly ReadinessRule[], facts: ReadinessFacts): string | undefined {
  for (const rule of rules) {
    const reason = rule(facts);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
