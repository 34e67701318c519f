import type { RemoteEntry, TransportCapabilities } from "@daybook/core";

const MS = { millisecond: 1, second: 1000, minute: 60_000, day: 86_400_000 };

/** The entry as a listing of that precision shows it. */
export function withPrecision(
  entry: RemoteEntry,
  precision: TransportCapabilities["modifiedAt"],
): RemoteEntry {
  const { modifiedAt, ...rest } = entry;
  if (modifiedAt === undefined || precision === "none") return rest;
  const unit = MS[precision];
  return { ...rest, modifiedAt: new Date(Math.floor(modifiedAt.getTime() / unit) * unit) };
}
