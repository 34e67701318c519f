import { MemoryStore, type TransportCapabilities } from "@daybook/core";
import { FakeClock, jitter } from "@daybook/testing";
import { Leaps, planLeaps } from "./clock-leaps.js";
import { Disk } from "./disk.js";
import { oddReplies } from "./odd-replies.js";
import { Rng } from "./rng.js";
import { writeScript, type ServerEvent } from "./script.js";
import type { ReadLog } from "./server-stream.js";
import { planMirror, type MirrorHost } from "./mirror.js";
import { Server, type Version } from "./server.js";
import { lastLookAt, planCapabilities, planSources, type SourcePlan } from "./source-plan.js";
import { randomTroubles, Weather } from "./troubles.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What a history happens in: the server, the disk, the ledger, the time. All of it follows from the seed. */
export class World {
  readonly sources: readonly SourcePlan[];
  readonly capabilities: TransportCapabilities;
  readonly server = new Server();
  readonly store = new MemoryStore();
  readonly clock: FakeClock;
  readonly weather: Weather;
  readonly leaps: Leaps;
  readonly disk: Disk;
  readonly mirror: MirrorHost | undefined;
  readonly latency: number;
  readonly crowd: number;
  readonly sync: boolean;
  /** Every read that any program asked for. */
  readonly reads: ReadLog[] = [];
  /** When the last thing happens; epoch ms. */
  readonly horizon: number;
  /** When the last look at any slot is due; epoch ms. */
  readonly lastLook: number;
  readonly #events: readonly (ServerEvent & { readonly server: Server })[];
  readonly #lines: string[] | undefined;

  constructor(
    seed: number,
    options: { trace: boolean; onRename: (from: string, to: string, bytes: Buffer) => void },
  ) {
    const rng = new Rng(seed);
    this.#lines = options.trace ? [] : undefined;
    this.sources = planSources(rng.fork("sources"));
    this.capabilities = planCapabilities(rng.fork("capabilities"));
    this.latency = rng.pick([0, 0, 200, 3000, 20_000]);
    this.crowd = rng.int(1, 3);
    this.sync = rng.chance(0.8);
    const begins = Math.min(...this.sources.map(({ start }) => start.getTime()));
    const ends = Math.max(...this.sources.map(({ end }) => end.getTime()));
    const events = this.sources
      .flatMap((plan) => writeScript(rng.fork(`script ${plan.name}`), plan))
      .sort((a, b) => a.at - b.at);
    const now = rng.pick([
      begins - 10 * MINUTE,
      begins + Math.floor(rng.next() * (ends - begins)),
      ends + rng.int(0, 180) * MINUTE,
      ends + rng.int(0, 180) * MINUTE,
      ends + 30 * HOUR,
    ]);
    const troubled = Math.max(now, ends) + rng.int(1, 8) * HOUR;
    const time = () => this.clock.monotonic();
    this.mirror = planMirror(rng.fork("mirror"), {
      original: this.server,
      from: now,
      until: troubled,
      now: time,
    });
    const { server, mirror } = this;
    this.#events = [
      ...events.map((event) => ({ ...event, server })),
      ...(mirror
        ? events.map((event) => ({ ...event, at: event.at + mirror.lag, server: mirror.server }))
        : []),
    ].sort((a, b) => a.at - b.at);
    this.horizon = Math.max(troubled, ...this.#events.map(({ at }) => at)) + MINUTE;
    this.lastLook = Math.max(
      ...this.sources.flatMap((plan) =>
        [...plan.layout.slots({ start: plan.start, end: plan.end })].map(({ start }) =>
          lastLookAt(plan, start.getTime()),
        ),
      ),
    );
    const timer = rng.fork("timers").chance(0.7) ? jitter({ random: rng.fork("jitter").next }) : undefined;
    this.clock = new FakeClock(new Date(now), { quietTurns: 2, timer });
    const troubles = [
      ...(mirror?.outages ?? []),
      ...randomTroubles(rng.fork("troubles"), now, troubled),
      ...oddReplies(rng.fork("odd replies"), now, troubled),
    ];
    this.weather = new Weather({ troubles, rng: rng.fork("weather"), now: time });
    this.disk = new Disk({
      clock: this.clock,
      weather: this.weather,
      rng: rng.fork("disk"),
      latency: rng.pick([0, 0, 50, 5000]),
      onRename: options.onRename,
    });
    for (const { name, policy, start, end, layout, ...rest } of this.sources)
      this.trace(`source ${name} ${JSON.stringify({ start, end, layout: layout.text, ...rest, policy })}`);
    const timely = this.sources.every(({ skew }) => skew <= 0);
    this.leaps = new Leaps({
      leaps: timely ? planLeaps(rng.fork("leaps"), now, troubled) : [],
      clock: this.clock,
      trace: this.trace,
    });
    if (mirror) this.trace(`a mirror ${mirror.lag / 1000} s behind`);
    this.trace(`the transport ${JSON.stringify(this.capabilities)}, the disk sync: ${this.sync}`);
    for (const { from, until, ...trouble } of troubles)
      this.trace(`trouble ${iso(from)} to ${iso(until)} ${JSON.stringify(trouble)}`);
  }

  /** Makes happen what happens at the server, in its time. What is past happened before. */
  async unfold(): Promise<void> {
    for (const { at, what, apply, server } of this.#events) {
      const wait = at - this.clock.monotonic();
      if (wait > 0) await this.clock.sleep(wait);
      this.trace(`${server === this.server ? "SERVER" : "MIRROR"} ${what}`);
      apply(server);
    }
  }

  /** Whether an older version may be shown after a newer one. */
  get showsStale(): boolean {
    const { mirror, weather } = this;
    return (
      weather.everHas("list-stale") ||
      (mirror !== undefined && (mirror.lag > 0 || mirror.weather.everHas("list-stale")))
    );
  }

  /** Everything a path ever held, here or there. */
  versions(path: string): readonly Version[] {
    return [...this.server.versions(path), ...(this.mirror?.server.versions(path) ?? [])];
  }

  get story(): string {
    return (this.#lines ?? []).join("\n");
  }

  readonly trace = (what: string): void => {
    this.#lines?.push(`${this.clock ? iso(this.clock.monotonic()) : ""} ${what}`);
  };
}

const iso = (time: number): string => new Date(time).toISOString().slice(8, 23);
