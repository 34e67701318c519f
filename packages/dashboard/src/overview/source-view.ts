import { HOUR_LETTERS } from "@daybook/core";
import type { Availability, FileCounts, HostState, SourceSettings, SourceStatus } from "@daybook/core";
import type { Activity } from "../live/live-state.js";
import { countHours, GAP_LETTERS, type HourCounts } from "./gap-runs.js";
import { sourceHostView, type SourceHostView } from "./source-hosts.js";

/**
 * ok: what is new comes; late: nothing new for longer than it should; none: nothing has come yet; over: its range has
 * ended; down: its server doesn't answer; failed: it has stopped and won't go on by itself.
 */
export type Flow = "ok" | "late" | "none" | "over" | "down" | "failed";

/** A source on one line. */
export interface SourceView {
  readonly name: string;
  readonly range: { readonly start: Date; readonly end?: Date };
  readonly flow: Flow;
  /** Why it is down or has stopped, and of which kind that is. */
  readonly detail?: string;
  readonly kind?: string;
  /** When it does something again. */
  readonly until?: Date;
  readonly newest?: Date;
  /** Real time less the newest observation, in ms; only while its range goes on. */
  readonly lagMs?: number;
  readonly slots: Readonly<Record<string, number>>;
  readonly files: FileCounts;
  /** Hours by state, those of the whole range until now. */
  readonly hours: HourCounts;
  /** Hours that are over, and those of them that lack something. */
  readonly pastHours: number;
  readonly gapHours: number;
  /** Its slots say nothing of single hours: one folder without dates. */
  readonly timeless: boolean;
  readonly oddities: SourceStatus["oddities"];
  /** Where it has several, the preferred one first; only while this process crawls, since else nobody knows. */
  readonly hosts?: readonly SourceHostView[];
  /**
   * Whether nothing new has come for longer than a hook waits (`stale`), and since when; only where this process crawls
   * and a hook waits.
   */
  readonly stale?: boolean;
  readonly silentSince?: Date;
}

/** What runs of this process tell of a source. */
export interface Running {
  readonly activity: Activity | undefined;
  readonly hosts: readonly HostState[] | undefined;
  readonly silentSince: Date | null | undefined;
}

/** A source that is behind by less than this is not late, in ms. */
const PATIENCE = 3_600_000;

export function sourceView(
  { name, range, policy }: SourceSettings,
  { expected, unseen, summary, newest, oddities }: SourceStatus,
  { days, timeless }: Pick<Availability, "days" | "timeless">,
  { activity, hosts: several, silentSince }: Running,
  now: Date,
): SourceView {
  const hours = countHours(days);
  const gapHours = GAP_LETTERS.reduce((sum, letter) => sum + hours[HOUR_LETTERS[letter]], 0);
  const over = range.end !== undefined && range.end <= now;
  const lagMs = newest === undefined || over ? undefined : Math.max(0, now.getTime() - newest.getTime());
  const patience = Math.max(PATIENCE, policy.lookback, 3 * policy.poll);
  const { phase, detail, kind, until } = activity ?? {};
  return {
    name,
    range,
    flow: flowOf({ phase, over, lagMs, patience, begun: expected > 0, stale: silentSince instanceof Date }),
    ...(phase === "down" || phase === "failed" ? { detail, kind } : {}),
    until,
    newest,
    lagMs,
    slots: { ...summary.slots, unseen, expected },
    files: summary.files,
    hours,
    pastHours: hours.complete + gapHours,
    gapHours,
    timeless,
    oddities,
    ...(silentSince !== undefined && { stale: silentSince !== null }),
    ...(silentSince && { silentSince }),
    ...(several && { hosts: several.map(sourceHostView) }),
  };
}

function flowOf(facts: {
  phase: Activity["phase"] | undefined;
  over: boolean;
  lagMs: number | undefined;
  patience: number;
  begun: boolean;
  stale: boolean;
}): Flow {
  const { phase, over, lagMs, patience, begun, stale } = facts;
  if (phase === "failed" || phase === "down") return phase;
  if (over) return "over";
  if (lagMs === undefined) return begun ? "none" : "ok";
  return stale || lagMs > patience ? "late" : "ok";
}
