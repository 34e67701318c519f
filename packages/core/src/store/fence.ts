import { DaybookError } from "../errors/daybook-error.js";
import type { Fence, RecordOptions } from "./state-store.js";

/** The fences of a call, one for each lease and holder. */
export function fencesOf({ fence = [] }: RecordOptions = {}): readonly Fence[] {
  const all: readonly Fence[] = "lease" in fence ? [fence] : fence;
  return [...new Map(all.map((one) => [`${one.lease}\0${one.holder}`, one])).values()];
}

/** Nothing was written: the lease is somebody else's, or has run out. */
export function leaseLost({ lease }: Fence): DaybookError {
  return new DaybookError("busy", "this program has no right to write any more, so nothing was written", {
    ...{ retry: "no", code: "lease-lost", operation: "record" },
    path: lease,
  });
}
