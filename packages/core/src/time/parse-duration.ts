import { DaybookError } from "../errors/daybook-error.js";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds from "500ms", "60s", "10m", "1h", "7d", "1.5h". `what` names the value in errors. Throws kind "config"
 * for anything else, a bare number among them: it doesn't say what it counts.
 */
export function parseDuration(value: string | number, what: string): number {
  const refuse = (problem: string) => new DaybookError("config", `${what} "${value}" ${problem}`);
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(value));
  if (found === null) {
    const bare = /^\d+(?:\.\d+)?$/.test(String(value));
    throw refuse(
      bare ? `has no unit: write ${value}s for seconds` : "is no duration: write 500ms, 60s, 10m, 1h or 7d",
    );
  }
  const ms = Math.round(Number(found[1]) * UNITS[found[2]!]!);
  if (!Number.isSafeInteger(ms)) throw refuse("is too long to count");
  return ms;
}
