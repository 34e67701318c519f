import { printable } from "@daybook/core";
import type { Gap } from "@daybook/core";
import { inConfigWords } from "../config/config-words.js";
import { formatRange } from "./time.js";

/** Why data isn't there, in words. */
export function gapReason(gap: Gap): string {
  const because = gap.reason === undefined ? "" : `: ${printable(inConfigWords(gap.reason))}`;
  const slot = printable(gap.slot);
  const file = printable(gap.path ?? gap.slot);
  switch (gap.kind) {
    case "missing":
      return `missing at the source: no directory ${slot}`;
    case "empty":
      return `empty at the source${because || `: no file of ours in ${slot}`}`;
    case "incomplete":
      return `less than expected${because} (${slot})`;
    case "unseen":
      return `never listed: ${slot}`;
    case "failed":
      return `failed${because || ": its last listing failed"} (${slot})`;
    case "open":
      return `not listed since it closed: ${slot}`;
    case "unreadable":
      return `not all of it could be taken${because} (${slot})`;
    case "pending":
      return `still to fetch: ${file}${because}`;
    case "quarantined":
      return `given up: ${file}${because}`;
    case "gone":
      return `left the source before it could be fetched: ${file}${because}`;
  }
}

/** One line: source, time and reason. */
export function gapLine(gap: Gap): string {
  return `${gap.source}  ${formatRange(gap)}  ${gapReason(gap)}`;
}
