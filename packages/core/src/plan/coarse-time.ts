import type { TransportCapabilities } from "../transport/transport.js";

const MINUTE = 60_000;
const DAY = 86_400_000;
/** How far the server's clock may be off ours, in ms. */
const CLOCKS = 30_000;

/**
 * How long a listed time goes on, in ms: what is written again within it looks the same. 0 for seconds and finer; who
 * shows seconds beside coarser times shows them exactly.
 */
export function unitOf(time: Date | undefined, precision: TransportCapabilities["modifiedAt"]): number {
  if (time === undefined || (precision !== "minute" && precision !== "day")) return 0;
  if (time.getTime() % MINUTE !== 0) return 0;
  return precision === "day" && time.getTime() % DAY === 0 ? DAY : MINUTE;
}

/**
 * From when on a version can't be written again under the same listed time; epoch ms. By the server's clock, or by ours: a
 * file that was seen with a time was seen when that had begun.
 */
export function settledFrom(
  time: Date | undefined,
  firstSeenAt: Date,
  precision: TransportCapabilities["modifiedAt"],
): number {
  const unit = unitOf(time, precision);
  if (unit === 0) return -Infinity;
  const begin = Math.floor(time!.getTime() / unit) * unit;
  return Math.min(begin + unit + CLOCKS, firstSeenAt.getTime() + unit);
}
