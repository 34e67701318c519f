import type { Destination } from "../destination/destination.js";
import type { PlaceOwners } from "../fetch/place-owners.js";
import type { Inspector } from "../inspect/inspector.js";
import type { Observation, PathLayout } from "../layout/path-layout.js";
import type { CrawlEvent } from "../observe/observer.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import type { TrustedTime } from "../time/trusted-time.js";
import { contains, type TimeRange } from "../time/range.js";
import type { Transport } from "../transport/transport.js";

/** A remote tree to mirror, and all that it is mirrored with. */
export interface Source {
  readonly name: string;
  readonly range: TimeRange;
  readonly layout: PathLayout;
  readonly transport: Transport;
  readonly store: StateStore;
  readonly destination: Destination;
  readonly owners: PlaceOwners;
  readonly inspectors: readonly Inspector[];
  readonly policy: SourcePolicy;
  readonly clock: Clock;
  /** The same clock, and how far it can be relied on. */
  readonly time: TrustedTime;
  /** Tells the observers; never throws. */
  readonly emit: (event: CrawlEvent) => void;
  /** In [0, 1); for jitter. */
  readonly random: () => number;
}

/** Whether an observation is in the source's range, and selected. */
export function isWanted({ range, policy }: Source, observation: Observation): boolean {
  return isInRange(observation, range) && policy.select(observation);
}

export function isInRange({ observedAt }: Observation, range: TimeRange): boolean {
  return observedAt === undefined || contains(range, observedAt);
}
