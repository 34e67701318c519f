import type { Daybook, HookStatus, HostFact, HostStatus, SourceStatus, Trouble } from "@daybook/core";
import type { HookOutage, LiveState } from "../live/live-state.js";
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
  readonly hooks: readonly HookView[];
  /** What was learnt of hosts: what each needs, since when that is known. */
  readonly hostFacts: readonly HostFact[];
  /** Why this machine's clock isn't believed, while it isn't. */
  readonly clock?: { readonly detail: string; readonly since: Date };
  readonly gaps: readonly GapRun[];
  /** Stretches without data in all; `gaps` are the newest. */
  readonly gapsTotal: number;
  readonly givenUp: readonly GivenUp[];
}

export interface HostView extends Omit<HostStatus, "down"> {
  readonly down?: OutageView;
}

export interface HookView extends HookStatus {
  /** While it counts as down, as far as this process knows. */
  readonly down?: { readonly kind: string; readonly detail: string; readonly since: Date };
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
  readonly #hooks: Cached<HookStatus[]>;
  readonly #givenUp: Cached<GivenUp[]>;
  readonly #noted: Cached<{ troubles: Trouble[]; hostFacts: HostFact[] }>;

  constructor(options: { daybook: Daybook; live: LiveState; calendar: Calendar }) {
    this.#daybook = options.daybook;
    this.#live = options.live;
    this.#calendar = options.calendar;
    this.#status = new Cached(
      async () => ({ asOf: new Date(), statuses: await this.#daybook.status() }),
      1_000,
    );
    this.#hooks = new Cached(() => this.#daybook.hooks(), 1_000);
    this.#noted = new Cached(
      async () => ({ troubles: await this.#daybook.troubles(), hostFacts: await this.#daybook.hostFacts() }),
      1_000,
    );
    this.#givenUp = new Cached(() => this.#findGivenUp(), 1_000);
  }

  async status(): Promise<SourceStatus[]> {
    return (await this.#status.get()).statuses;
  }

  async get(now = new Date()): Promise<Overview> {
    const [{ asOf, statuses }, availabilities, givenUp, hooks, { troubles, hostFacts }] = await Promise.all([
      this.#status.get(),
      this.#calendar.get(),
      this.#givenUp.get(),
      this.#hooks.get(),
      this.#noted.get(),
    ]);
    const clock = troubles.find(({ cause }) => cause === "clock");
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
          troubles: troubles.filter(({ source }) => source === settings.name),
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
      answers: answers({
        now,
        crawls: this.#live.crawls,
        sources,
        hosts,
        gaps,
        givenUp,
        clock: clock?.detail,
      }),
      sources,
      hosts: hosts.map(hostView),
      hooks: hooks.map((hook) => hookView(hook, this.#live.hookOutageOf(hook.name))),
      hostFacts,
      ...(clock && { clock: { detail: clock.detail, since: clock.since } }),
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

function hookView(hook: HookStatus, outage: HookOutage | undefined): HookView {
  if (outage === undefined) return hook;
  const { error, since } = outage;
  return { ...hook, down: { kind: error.kind, detail: error.detail, since } };
}

function hostView({ down, ...host }: HostStatus): HostView {
  return { ...host, ...(down && { down: outageView(down) }) };
}
