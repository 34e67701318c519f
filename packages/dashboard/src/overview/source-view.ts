import { HOUR_LETTERS } from "@daybook/core";
import type {
  Availability,
  FileCounts,
  HostState,
  SourceSettings,
  SourceStatus,
  Trouble,
} from "@daybook/core";
import type { Activity } from "../live/live-state.js";
import { countHours, GAP_LETTERS, type HourCounts } from "./gap-runs.js";
import { sourceHostView, type SourceHostView } from "./source-hosts.js";

/**
 * ok: what is new comes; late: nothing new for longer than it should; none: nothing has come yet; over: its range has
 * ended; down: its server doesn't answer; paused: its log-in is refused, or its files can't be kept, and it goes on once that
 * is over; failed: it has stopped and won't go on by itself.
 */
export type Flow = "ok" | "late" | "none" | "over" | "down" | "paused" | "failed";

/** What a source that is paused waits for. */
export type WaitsFor = "login" | "destination" | "ledger";

/** A source on one line. */
export interface SourceView {
  readonly name: string;
  readonly range: { readonly start: Date; readonly end?: Date };
  readonly flow: Flow;
  /** Why it is down, waits or has stopped, and of which kind that is; what it waits for, and since when. */
  readonly detail?: string;
  readonly kind?: string;
  readonly code?: string;
  readonly because?: WaitsFor;
  readonly since?: Date;
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
  /** What stands in its way by the ledger's notes, whoever runs it. */
  readonly troubles: readonly Trouble[];
}

/** A source that is behind by less than this is not late, in ms. */
const PATIENCE = 3_600_000;

export function sourceView(
  { name, range, policy }: SourceSettings,
  { expected, unseen, summary, newest, oddities }: SourceStatus,
  { days, timeless }: Pick<Availability, "days" | "timeless">,
  { activity, hosts: several, silentSince, troubles }: Running,
  now: Date,
): SourceView {
  const hours = countHours(days);
  const gapHours = GAP_LETTERS.reduce((sum, letter) => sum + hours[HOUR_LETTERS[letter]], 0);
  const over = range.end !== undefined && range.end <= now;
  const lagMs = newest === undefined || over ? undefined : Math.max(0, now.getTime() - newest.getTime());
  const patience = Math.max(PATIENCE, policy.lookback, 3 * policy.poll);
  const stands = standing(activity, troubles);
  const { phase, until } = stands;
  return {
    name,
    range,
    flow: flowOf({ phase, over, lagMs, patience, begun: expected > 0, stale: silentSince instanceof Date }),
    ...(phase === "down" || phase === "failed" || phase === "paused" ? pick(stands) : {}),
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

interface Stands extends Partial<Omit<Activity, "phase" | "because" | "at">> {
  readonly phase?: Activity["phase"];
  readonly code?: string;
  readonly because?: WaitsFor;
  readonly since?: Date;
}

/** What a source is at: by its own run, or what stands in its way by anybody's. */
function standing(activity: Activity | undefined, troubles: readonly Trouble[]): Stands {
  const stopped = troubles.find(({ cause }) => cause === "stopped");
  if (stopped) return { ...stopped, phase: "failed" };
  for (const { cause, nextTryAt, ...trouble } of troubles)
    if (cause === "login" || cause === "destination")
      return { ...trouble, phase: "paused", because: cause, until: nextTryAt };
  return activity ?? {};
}

const pick = ({ detail, kind, code, because, since }: Stands) => ({
  detail,
  kind,
  ...(code !== undefined && { code }),
  ...(because && { because }),
  ...(since && { since }),
});

function flowOf(facts: {
  phase: Stands["phase"];
  over: boolean;
  lagMs: number | undefined;
  patience: number;
  begun: boolean;
  stale: boolean;
}): Flow {
  const { phase, over, lagMs, patience, begun, stale } = facts;
  if (phase === "failed" || phase === "paused" || phase === "down") return phase;
  if (over) return "over";
  if (lagMs === undefined) return begun ? "none" : "ok";
  return stale || lagMs > patience ? "late" : "ok";
}
