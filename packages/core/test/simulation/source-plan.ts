import {
  allOf,
  anyOf,
  minAge,
  proven,
  RADAR_TEMPLATE,
  stable,
  template,
  type FileRecord,
  type Observation,
  type SourcePolicy,
  type TemplateLayout,
  type TransportCapabilities,
} from "@daybook/core";
import type { Rng } from "./rng.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** One source of a history. */
export interface SourcePlan {
  readonly name: string;
  readonly radar: string;
  readonly layout: TemplateLayout;
  readonly start: Date;
  readonly end: Date;
  readonly policy: Partial<SourcePolicy> &
    Pick<SourcePolicy, "grace" | "lookback" | "revisit" | "onChange" | "keep">;
  readonly inspected: boolean;
  /** How far the server's clock is off, in ms. */
  readonly skew: number;
}

const FLAT_HOURS =
  "/archive/{radar}/{yyyy}{MM}{dd}{HH}/{radar}_{strategy:\\d+}_{volume:\\d{1,2}}_{field:[A-Za-z0-9]+}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";

const noZdr = ({ attributes }: Observation): boolean => attributes.field !== "ZDR";

export function planSources(rng: Rng): SourcePlan[] {
  const one = planSource(rng, "RMA1");
  if (!rng.chance(0.25)) return [one];
  // Another tree on the same server, or the same one under another name.
  return [one, planSource(rng.fork("second"), rng.chance(0.5) ? "AR5" : "RMA1", "second", one.skew)];
}

function planSource(rng: Rng, radar: string, name = radar, skew?: number): SourcePlan {
  const day = Date.parse("2025-01-01T00:00:00Z");
  const start = day + (rng.chance(0.7) ? rng.int(0, 5) * HOUR : rng.int(0, 360) * MINUTE);
  const length = rng.chance(0.7) ? rng.int(1, 3) * HOUR : rng.int(20, 200) * MINUTE;
  const inspected = rng.chance(0.25);
  return {
    name,
    radar,
    layout: template(name !== radar || rng.chance(0.7) ? RADAR_TEMPLATE : FLAT_HOURS, { radar }),
    start: new Date(start),
    end: new Date(start + length),
    inspected,
    skew: skew ?? (rng.chance(0.7) ? 0 : rng.pick([-3 * HOUR, -90 * SECOND, 40 * SECOND, 2 * HOUR])),
    policy: {
      poll: rng.pick([MINUTE, 5 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE]),
      grace: rng.pick([0, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE]),
      lookback: rng.pick([0, 30 * MINUTE, HOUR, HOUR]),
      revisit: rng.pick([[], [HOUR], [HOUR, 6 * HOUR], [HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR]]),
      onChange: rng.pick(["replace", "replace", "replace", "keep", "ignore"]),
      ready: rng.pick([
        anyOf(proven(), minAge(MINUTE), stable()),
        anyOf(proven(), minAge(MINUTE), stable()),
        stable(),
        anyOf(allOf(minAge(2 * MINUTE), stable()), stable(5 * MINUTE)),
      ]),
      maxAttempts: rng.int(1, 6),
      retryDelay: rng.pick([SECOND, SECOND, 20 * SECOND]),
      maxRetryDelay: rng.pick([30 * SECOND, 5 * MINUTE]),
      resume: rng.chance(0.85),
      select: rng.chance(0.15) ? noZdr : undefined,
      keep: planKeep(rng.fork(`keep ${name}`)),
    },
  };
}

/** Most keep everything, for ever. */
function planKeep(rng: Rng): number {
  return rng.chance(0.2) ? rng.pick([HOUR, 3 * HOUR, 12 * HOUR, 30 * HOUR]) : Infinity;
}

/** From when on a file may be let go; epoch ms. */
export function letGoAt({ policy }: SourcePlan, file: Pick<FileRecord, "observedAt" | "wantedAt">): number {
  return Math.max(file.observedAt!.getTime(), file.wantedAt?.getTime() ?? -Infinity) + policy.keep;
}

export function planCapabilities(rng: Rng): TransportCapabilities {
  return Object.freeze({
    endpoint: "memory://server",
    modifiedAt: rng.pick<TransportCapabilities["modifiedAt"]>(["millisecond", "second", "second", "minute"]),
    resume: rng.chance(0.9),
    parallelism: rng.int(1, 5),
  });
}

/** When the slot that starts then closes; epoch ms. */
export function closesAt(plan: SourcePlan, slotStart: number): number {
  return Math.min(slotStart + HOUR, plan.end.getTime()) + plan.policy.grace;
}

/** From when on no more looks at the slot are scheduled; epoch ms. */
export function lastLookAt(plan: SourcePlan, slotStart: number): number {
  const { grace, lookback, revisit } = plan.policy;
  return Math.min(slotStart + HOUR, plan.end.getTime()) + Math.max(grace, lookback, ...revisit);
}

/** Where a file of the source lands when it comes first. */
export function locationOf({ name, layout }: SourcePlan, path: string): string {
  return `${name}/${path.slice(layout.root.length + 1)}`;
}

/** Whether the source is to bring this path home. */
export function wants({ layout, start, end, policy }: SourcePlan, path: string): boolean {
  const observation = layout.parse(path);
  if (observation?.observedAt === undefined) return false;
  return (
    observation.observedAt >= start && observation.observedAt < end && (policy.select?.(observation) ?? true)
  );
}

/** The directory of the slot that a path belongs to. */
export function slotOf({ layout }: SourcePlan, path: string): string {
  const { observedAt } = layout.parse(path)!;
  const [slot] = layout.slots({ start: observedAt!, end: new Date(observedAt!.getTime() + 1) });
  return slot!.path;
}
