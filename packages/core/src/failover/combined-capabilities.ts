import { largest } from "../extremes.js";
import type { TransportCapabilities } from "../transport/transport.js";

const FINEST_FIRST: readonly TransportCapabilities["modifiedAt"][] = [
  "millisecond",
  "second",
  "minute",
  "day",
  "none",
];

/** What can be said of several hosts as one: what the weakest can do, and as much at once as they can together. */
export function combinedCapabilities(
  hosts: readonly TransportCapabilities[],
  { together, times }: { readonly together: boolean; readonly times: "compare" | "ignore" },
): TransportCapabilities {
  const coarsest = largest(hosts.map(({ modifiedAt }) => FINEST_FIRST.indexOf(modifiedAt)));
  const parallel = hosts.map(({ parallelism }) => parallelism);
  return Object.freeze({
    endpoint: `failover://${hosts.map(({ endpoint }) => endpoint.replace("://", ":")).join(",")}`,
    modifiedAt: times === "ignore" ? "none" : FINEST_FIRST[coarsest]!,
    resume: hosts.every(({ resume }) => resume),
    parallelism: together ? parallel.reduce((sum, each) => sum + each, 0) : largest(parallel),
  });
}
