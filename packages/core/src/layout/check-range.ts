import { DaybookError } from "../errors/daybook-error.js";
import type { TimeRange } from "../time/range.js";

/** An invalid Date compares false with everything, and would make an endless loop of slots. */
export function checkRange(range: TimeRange): void {
  for (const edge of ["start", "end"] as const) {
    if (Number.isNaN(range[edge]?.getTime())) {
      throw new DaybookError(
        "config",
        `the range's ${edge} is an invalid date: give it a time such as 2025-01-01T00:00Z`,
      );
    }
  }
}
