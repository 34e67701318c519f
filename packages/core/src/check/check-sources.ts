import type { Clock } from "../time/clock.js";
import type { Transport } from "../transport/transport.js";
import type { CheckReport } from "./check-report.js";
import { checkSource, type CheckedSource, type CheckOptions } from "./check-source.js";

/** `transports`: to each of its hosts alone. */
export type SourceOfHosts = Omit<CheckedSource, "transport" | "clock"> & {
  readonly transports: readonly Transport[];
};

/** Checks each source at each of its hosts, one after the other. */
export async function* checkSources(
  sources: readonly SourceOfHosts[],
  { clock, ...options }: CheckOptions & { readonly clock: Clock },
): AsyncIterable<CheckReport> {
  const unreachable = new Map<Transport, CheckReport>();
  for (const { transports, ...source } of sources)
    for (const transport of transports) {
      // Sources that share a connection don't wait for a server that is down one after the other.
      const known = unreachable.get(transport);
      const report = known ?? (await checkSource({ ...source, transport, clock }, options));
      if (report.findings.some(({ step, outcome }) => step === "connection" && outcome === "failed"))
        unreachable.set(transport, report);
      yield { ...report, source: source.name };
    }
}
