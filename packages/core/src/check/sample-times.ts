import { largest } from "../extremes.js";
import type { Found } from "../crawl/tree-walk.js";
import type { TransportCapabilities } from "../transport/transport.js";
import type { CheckFinding } from "./check-report.js";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
/** Clocks may differ by so much before it is worth a word, in ms. */
const SKEW = 2 * MINUTE;
/** A listing that shows days only puts a file at the begin of its day, in whatever zone the server is. */
const DAY_SKEW = 2 * DAY;

/** What the server's times are good for. */
export function checkTimes(
  files: readonly Found[],
  precision: TransportCapabilities["modifiedAt"],
  now: Date,
): CheckFinding {
  const step = "times";
  const timed = files.filter(({ entry }) => entry.modifiedAt !== undefined);
  const unsized = files.filter(({ entry }) => entry.size === undefined).length;
  if (unsized > 0) {
    const detail = `the listing gives no size of ${unsized} of ${files.length} files: one that is cut short can't be told`;
    return { step, outcome: "warning", detail, advice: "let an inspector check the end: inspect: [bufr]" };
  }
  if (precision === "none" || timed.length === 0)
    return {
      step,
      outcome: "warning",
      detail: "listings carry no times: a file that changes is noticed only by its size",
      advice: "let an inspector check the end, or set ready: { stable_for: 30s }",
    };
  const newest = largest(timed.map(({ entry }) => entry.modifiedAt!.getTime()));
  if (newest > now.getTime() + SKEW)
    return {
      step,
      outcome: "warning",
      detail: `a file was modified ${minutes(newest - now.getTime())} in the future: this machine's clock or the server's is wrong, or the server shows local time`,
      advice: "set the clocks by NTP; if the server shows local time, set ready: { stable_for: 30s }",
    };
  const delays = timed.flatMap(({ entry, observation }) => {
    const modified = entry.modifiedAt!.getTime();
    const { observedAt } = observation;
    return observedAt ? [{ delay: modified - observedAt.getTime(), daily: modified % DAY === 0 }] : [];
  });
  const early = delays.filter(({ delay, daily }) => delay < -(daily ? DAY_SKEW : SKEW)).length;
  const finest = finestOf(timed.map(({ entry }) => entry.modifiedAt!));
  const exact = `times here are exact to the ${finest}${finest === "day" ? ", as LIST shows those of older files" : ""}`;
  if (early > 0)
    return {
      step,
      outcome: "warning",
      detail: `${exact}, but ${early} of ${delays.length} files were modified before the time in their names: the server's times or the names' may be of another time zone`,
      advice:
        "names must be in UTC; the server's times only tell when a file is old enough, and which version it is",
    };
  const known = delays.filter(({ daily }) => !daily).map(({ delay }) => delay);
  const middle = known.sort((a, b) => a - b)[known.length >> 1];
  const late =
    middle === undefined ? "" : `; files are written ${minutes(middle)} after the time in their names`;
  return { step, outcome: "ok", detail: `${exact}${late}` };
}

/** What the times themselves show; a transport declares the worst that its protocol may bring. */
function finestOf(times: readonly Date[]): string {
  const some = (unit: number) => times.some((time) => time.getTime() % unit !== 0);
  if (some(1000)) return "millisecond";
  if (some(MINUTE)) return "second";
  return some(DAY) ? "minute" : "day";
}

function minutes(ms: number): string {
  const count = Math.round(ms / MINUTE);
  if (count < 1) return "less than a minute";
  if (count < 120) return `${count} min`;
  return count < 2880 ? `${Math.round(count / 60)} h` : `${Math.round(count / 1440)} d`;
}
