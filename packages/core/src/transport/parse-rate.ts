import { DaybookError } from "../errors/daybook-error.js";

const BYTES: Readonly<Record<string, number>> = {
  "B/s": 1,
  "kB/s": 1e3,
  "MB/s": 1e6,
  "GB/s": 1e9,
  "KiB/s": 1024,
  "MiB/s": 1024 ** 2,
  "GiB/s": 1024 ** 3,
  "kbit/s": 1e3 / 8,
  "Mbit/s": 1e6 / 8,
  "Gbit/s": 1e9 / 8,
};

/** With less, a server takes the connection for dead before the next bytes are taken. */
const LEAST = 1000;

/**
 * Bytes per second from "5MB/s", "800 kB/s", "2MiB/s", "10Mbit/s"; Infinity from "unlimited". A number is in bytes per
 * second already. `what` names the value in errors. Throws kind "config" for anything else, 0 among them: some programs
 * take it for no limit, others for no transfer.
 */
export function parseRate(value: string | number, what: string): number {
  const refuse = (problem: string) => new DaybookError("config", `${what} "${value}" ${problem}`.trim());
  if (value === "unlimited") return Infinity;
  const found = /^(\d+(?:\.\d+)?) ?([kKMG]?i?(?:B|bit)\/s)$/.exec(String(value));
  const unit = found === null ? undefined : BYTES[found[2]!];
  const rate = typeof value === "number" ? value : Number(found?.[1]) * (unit ?? NaN);
  if (rate === 0 || value === "0")
    throw refuse("could mean two things: write unlimited for no limit, or a small rate such as 10kB/s");
  if (Number.isNaN(rate)) {
    const bare = /^\d+(?:\.\d+)?$/.test(String(value));
    throw refuse(
      bare
        ? `has no unit: write ${likely(Number(value))} per second`
        : "is no rate: write 800kB/s, 5MB/s, 10Mbit/s or unlimited",
    );
  }
  if (rate < LEAST) throw refuse("is too slow, servers would drop the connection: write at least 1kB/s");
  return rate;
}

/** A bare number with the smallest unit in which it isn't too slow: that is what is meant, if anything can be. */
function likely(value: number): string {
  if (value >= LEAST) return `${value}B/s for bytes`;
  return value >= 1 ? `${value}kB/s for kilobytes` : `${value}MB/s for megabytes`;
}
