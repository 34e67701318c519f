import type { TransportCapabilities } from "../transport/transport.js";

/** What tells one version of a remote file from another. */
export interface Version {
  readonly size?: number;
  readonly modifiedAt?: Date;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * Whether two looks at a path saw the same version. Where a server's times are coarse, the coarser of the two counts:
 * `ls`-like listings show minutes for half a year and only days after that, and a file must not look new for it.
 */
export function sameVersion(a: Version, b: Version, precision: TransportCapabilities["modifiedAt"]): boolean {
  if (a.size !== undefined && b.size !== undefined && a.size !== b.size) return false;
  if (a.modifiedAt === undefined || b.modifiedAt === undefined) return true;
  const [x, y] = [a.modifiedAt.getTime(), b.modifiedAt.getTime()];
  if (x === y) return true;
  if (precision === "millisecond" || precision === "second") return floor(x, 1000) === floor(y, 1000);
  if (precision === "day" && (x % DAY === 0 || y % DAY === 0)) return floor(x, DAY) === floor(y, DAY);
  return (x % MINUTE === 0 || y % MINUTE === 0) && floor(x, MINUTE) === floor(y, MINUTE);
}

function floor(time: number, unit: number): number {
  return Math.floor(time / unit);
}
