import type { Clock } from "../time/clock.js";
import type { Transport } from "../transport/transport.js";
import type { Destination } from "../destination/destination.js";
import type { CheckFinding, CheckReport } from "./check-report.js";
import type { Found } from "../crawl/tree-walk.js";
import { TakenPlaces } from "./taken-places.js";
import { checkSource, type CheckedSource, type CheckOptions } from "./check-source.js";

/** `transports`: to each of its hosts alone. */
export type SourceOfHosts = Omit<CheckedSource, "transport" | "clock"> & {
  readonly transports: readonly Transport[];
  readonly destination?: Destination;
};

/** Checks each source at each of its hosts, one after the other. */
export async function* checkSources(
  sources: readonly SourceOfHosts[],
  {
    clock,
    doubts = [],
    ...options
  }: CheckOptions & {
    readonly clock: Clock;
    /** Why files may get the same local place. */
    readonly doubts?: readonly { readonly source: string; readonly detail: string }[];
  },
): AsyncIterable<CheckReport> {
  const unreachable = new Map<Transport, CheckReport>();
  const places = new TakenPlaces();
  for (const { transports, ...source } of sources) {
    const doubted = doubts.filter((doubt) => doubt.source === source.name);
    for (const transport of transports) {
      // Sources that share a connection don't wait for a server that is down one after the other.
      const known = unreachable.get(transport);
      const found = (files: readonly Found[]) => places.take(source, files);
      const report = known ?? (await checkSource({ ...source, transport, clock }, { ...options, found }));
      if (report.findings.some(({ step, outcome }) => step === "connection" && outcome === "failed"))
        unreachable.set(transport, report);
      const warnings = doubted.map(({ detail }): CheckFinding => ({
        step: "places",
        outcome: "warning",
        detail,
      }));
      yield { ...report, source: source.name, findings: [...report.findings, ...warnings] };
    }
  }
}
