import type { Daybook, HostStatus, SourceStatus } from "@daybook/core";
import type { LiveState } from "../live/live-state.js";
import { answers, type Answer } from "./answers.js";
import { Cached } from "./cached.js";
import type { Calendar } from "./calendar.js";
import { newestGaps, type GapRun } from "./gap-runs.js";
import { outageView, type OutageView } from "./source-hosts.js";
import { sourceView, type SourceView } from "./source-view.js";

/** Everything that is told at a glance. */
export interface Overview {
  readonly now: Date;
  /** What happened later may not be in it yet. */
  readonly asOf: Date;
  /** Whether this process crawls, or only looks at the ledger. */
  readonly crawls: boolean;
  readonly answers: readonly Answer[];
  readonly sources: readonly SourceView[];
  readonly hosts: readonly HostView[];
  readonly gaps: readonly GapRun[];
  /** Stretches without data in all; `gaps` are the newest. */
  readonly gapsTotal: number;
  readonly givenUp: readonly GivenUp[];
}

export interface HostView extends Omit<HostStatus, "down"> {
  readonly down?: OutageView;
}

export interface GivenUp {
  readonly source: string;
  readonly path: string;
  readonly slot: string;
  readonly observedAt?: Date;
  readonly attempts: number;
  readonly reason?: string;
}

const GAPS = 200;
const GIVEN_UP = 200;

/** Puts it together from the ledger and what runs of this process told. */
export class Overviews {
  readonly #daybook: Daybook;
  readonly #live: LiveState;
  readonly #calendar: Calendar;
  readonly #status: Cached<{ asOf: Date; statuses: SourceStatus[] }>;
  readonly #givenUp: Cached<GivenUp[]>;

  constructor(options: { daybook: Daybook; live: LiveState; calendar: Calendar }) {
    this.#daybook = options.daybook;
    this.#live = options.live;
    this.#calendar = options.calendar;
    this.#status = new Cached(
      async () => ({ asOf: new Date(), statuses: await this.#daybook.status() }),
      1_000,
    );
    this.#givenUp = new Cached(() => this.#findGivenUp(), 1_000);
  }

  async status(): Promise<SourceStatus[]> {
    return (await this.#status.get()).statuses;
  }

  async get(now = new Date()): Promise<Overview> {
    const [{ asOf, statuses }, availabilities, givenUp] = await Promise.all([
      this.#status.get(),
      this.#calendar.get(),
      this.#givenUp.get(),
    ]);
    const status = new Map(statuses.map((one) => [one.name, one]));
    const days = new Map(availabilities.map((one) => [one.source, one]));
    const manyHosts = new Map(this.#daybook.sourceHosts().map(({ source, hosts }) => [source, hosts]));
    const sources = this.#daybook.sources().map((settings) =>
      sourceView(
        settings,
        status.get(settings.name)!,
        days.get(settings.name) ?? { days: [], timeless: false },
        {
          activity: this.#live.activityOf(settings.name),
          hosts: manyHosts.get(settings.name),
          silentSince: this.#live.silenceOf(settings.name),
        },
        now,
      ),
    );
    const hosts = this.#daybook.hosts();
    const { gaps, total } = newestGaps(availabilities, GAPS);
    return {
      now,
      asOf,
      crawls: this.#live.crawls,
      answers: answers({ now, sources, hosts, gaps, givenUp }),
      sources,
      hosts: hosts.map(hostView),
      gaps,
      gapsTotal: total,
      givenUp,
    };
  }

  /** Each source's newest few. */
  async #findGivenUp(): Promise<GivenUp[]> {
    const found: GivenUp[] = [];
    for (const { name } of this.#daybook.sources()) {
      const files = this.#daybook.files({ source: name, status: ["quarantined"], limit: GIVEN_UP });
      for await (const { source, path, slot, observedAt, attempts, reason } of files)
        found.push({ source, path, slot, observedAt, attempts, reason });
    }
    const time = ({ observedAt }: GivenUp) => observedAt?.getTime() ?? 0;
    return found.sort((a, b) => time(b) - time(a)).slice(0, GIVEN_UP);
  }
}

function hostView({ down, ...host }: HostStatus): HostView {
  return { ...host, ...(down && { down: outageView(down) }) };
}
