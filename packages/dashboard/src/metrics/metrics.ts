import type { Daybook, HostStatus } from "@daybook/core";
import type { Labels } from "../live/counters.js";
import type { LiveState } from "../live/live-state.js";
import type { Overview } from "../overview/overview.js";
import type { SourceHostView } from "../overview/source-hosts.js";
import type { SourceView } from "../overview/source-view.js";
import type { Metric } from "./exposition.js";

const STATES = ["complete", "partial", "incomplete", "missing", "empty", "failed", "open", "unseen"] as const;
const STATUSES = ["pending", "stored", "quarantined", "gone", "expired"] as const;

type Sample = { labels?: Labels; value: number };

/** Everything that is measured: what the ledger holds, what this process did, how things stand with each host. */
export function metrics(
  { sources, hosts, hooks, crawls, clock }: Overview,
  live: LiveState,
  daybook: Pick<Daybook, "hosts">,
): Metric[] {
  const { counters, transfers } = live;
  const gauge = (name: string, help: string, samples: Iterable<Sample>): Metric => ({
    name,
    help,
    type: "gauge",
    samples,
  });
  const counter = (name: string, help: string, samples: Iterable<Sample>): Metric => ({
    name,
    help,
    type: "counter",
    samples,
  });
  const perSource = (of: (source: SourceView) => number | undefined): Sample[] =>
    sources.flatMap((source) => {
      const value = of(source);
      return value === undefined ? [] : [{ labels: { source: source.name }, value }];
    });
  const perHost = (of: (host: HostStatus) => number): Sample[] =>
    daybook.hosts().map((host) => ({ labels: { host: host.endpoint }, value: of(host) }));
  const perSourceHost = (is: (host: SourceHostView) => boolean): Sample[] =>
    sources.flatMap(({ name, hosts = [] }) =>
      hosts.map((host) => ({ labels: { source: name, host: host.endpoint }, value: is(host) ? 1 : 0 })),
    );
  return [
    gauge(
      "daybook_source_lag_seconds",
      "Real time less the newest stored observation; absent once the source's range is over.",
      perSource(({ lagMs }) => lagMs && lagMs / 1000),
    ),
    gauge(
      "daybook_source_newest_observation_timestamp_seconds",
      "When the newest stored observation was made.",
      perSource(({ newest }) => newest && newest.getTime() / 1000),
    ),
    gauge(
      "daybook_source_up",
      "1 unless the source has stopped, waits for its log-in or its disk, or its server doesn't answer.",
      perSource(({ flow }) => (flow === "failed" || flow === "paused" || flow === "down" ? 0 : 1)),
    ),
    gauge(
      "daybook_source_paused",
      "1 while the source waits for its log-in (login), its disk (destination) or the ledger (ledger).",
      sources.flatMap(({ name, because: cause }) =>
        (["login", "destination", "ledger"] as const).map((because) => ({
          labels: { source: name, because },
          value: cause === because ? 1 : 0,
        })),
      ),
    ),
    gauge("daybook_clock_doubtful", "1 while this machine's clock is not believed.", [
      { value: clock ? 1 : 0 },
    ]),
    gauge(
      "daybook_source_stale",
      "1 while nothing new has come for longer than a hook waits (stale); absent where none does.",
      perSource(({ stale }) => (stale === undefined ? undefined : stale ? 1 : 0)),
    ),
    gauge(
      "daybook_slots",
      "Slots whose time has begun, by state.",
      sources.flatMap(({ name, slots }) =>
        STATES.map((state) => ({ labels: { source: name, state }, value: slots[state] ?? 0 })),
      ),
    ),
    gauge(
      "daybook_gap_hours",
      "Hours that are over and lack data, by reason.",
      sources.flatMap(({ name, hours }) =>
        (["missing", "empty", "incomplete", "partial", "failed", "unseen"] as const).map((reason) => ({
          labels: { source: name, reason },
          value: hours[reason],
        })),
      ),
    ),
    gauge(
      "daybook_files",
      "Files in the ledger, by status.",
      sources.flatMap(({ name, files }) =>
        STATUSES.map((status) => ({ labels: { source: name, status }, value: files[status] })),
      ),
    ),
    gauge(
      "daybook_queue_files",
      "Files seen and still to be fetched.",
      perSource(({ files }) => files.pending),
    ),
    gauge(
      "daybook_stored_bytes",
      "Bytes of the files that are stored.",
      perSource(({ files }) => files.bytes),
    ),
    gauge(
      "daybook_transfers",
      "Files on their way now.",
      sources.map(({ name }) => ({
        labels: { source: name },
        value: transfers.filter(({ source }) => source === name).length,
      })),
    ),
    gauge(
      "daybook_connections_open",
      "Connections open to a host, idle ones included.",
      perHost(({ open }) => open),
    ),
    gauge(
      "daybook_connections_limit",
      "Connections a host may be sent now.",
      perHost(({ limit }) => limit),
    ),
    gauge(
      "daybook_connections_waiting",
      "Calls in line for a connection.",
      hosts.flatMap(({ endpoint, waiting }) =>
        (["live", "backfill"] as const).map((lane) => ({
          labels: { host: endpoint, lane },
          value: waiting[lane],
        })),
      ),
    ),
    gauge(
      "daybook_host_up",
      "1 unless the host counts as down.",
      perHost(({ down }) => (down ? 0 : 1)),
    ),
    gauge(
      "daybook_host_down_since_timestamp_seconds",
      "Since when the host counts as down; absent while it doesn't.",
      hosts.flatMap(({ endpoint, down }) =>
        down ? [{ labels: { host: endpoint }, value: down.since.getTime() / 1000 }] : [],
      ),
    ),
    gauge(
      "daybook_source_host_up",
      "1 unless this one of a source's several hosts is down.",
      perSourceHost(({ down }) => !down),
    ),
    gauge(
      "daybook_source_host_used",
      "1 for those of a source's several hosts that are asked first.",
      perSourceHost(({ used }) => used),
    ),
    gauge(
      "daybook_hook_waiting",
      "Messages in the ledger that are still to be delivered to a hook.",
      hooks.map(({ name, waiting }) => ({ labels: { hook: name }, value: waiting })),
    ),
    gauge(
      "daybook_hook_down",
      "1 while deliveries to a hook fail; absent where this process doesn't crawl.",
      crawls ? hooks.map(({ name, down }) => ({ labels: { hook: name }, value: down ? 1 : 0 })) : [],
    ),
    counter("daybook_fetched_files_total", "Files fetched by this process.", counters.files.values),
    counter("daybook_fetched_bytes_total", "Bytes of files fetched by this process.", counters.bytes.values),
    counter(
      "daybook_retries_total",
      "Attempts that failed and are made again, by class of error.",
      counters.retries.values,
    ),
    counter(
      "daybook_given_up_total",
      "Files given up by this process, by class of error.",
      counters.quarantined.values,
    ),
    counter(
      "daybook_visits_total",
      "Slots listed by this process, by lane and outcome.",
      counters.visits.values,
    ),
    counter("daybook_host_down_total", "Times a source's host was found down.", counters.hostDowns.values),
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.", [
      { value: process.memoryUsage.rss() },
    ]),
    gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", [
      { value: Math.round(Date.now() / 1000 - process.uptime()) },
    ]),
  ];
}
