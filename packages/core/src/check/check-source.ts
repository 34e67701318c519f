import { lookAt, type Look } from "./slot-look.js";
import type { Source } from "../crawl/source.js";
import { asDaybookError, isDaybookError, printable } from "../errors/daybook-error.js";
import type { Slot } from "../layout/path-layout.js";
import type { TimeRange } from "../time/range.js";
import { connectionAdvice } from "./connection-advice.js";
import type { CheckedDirectory, CheckFinding, CheckReport } from "./check-report.js";
import { DirectoryProbe, isListed } from "./directory-probe.js";
import { partOf } from "./layout-parts.js";
import { checkNames } from "./sample-names.js";
import { checkResume } from "./sample-file.js";
import { checkTimes } from "./sample-times.js";
import { existingSlots, follow, whereItStops, type Way } from "./way-to-slot.js";

export type CheckedSource = Pick<Source, "name" | "range" | "layout" | "policy" | "transport" | "clock">;

/** Slots looked into, at most, until one holds a file of ours. */
const MOST_SLOTS = 8;
const NAMES_SHOWN = 12;

/**
 * Connects, logs in, and compares what the server shows with the layout, step by step. Nothing is fetched but one small
 * file, and nothing is recorded. Rejects only when cancelled.
 */
export async function checkSource(source: CheckedSource, signal?: AbortSignal): Promise<CheckReport> {
  const { transport, clock } = source;
  const check = new SourceCheck(source, new DirectoryProbe({ transport, clock, signal }), signal);
  try {
    await check.run();
  } catch (cause) {
    if (isDaybookError(cause, "cancelled")) throw cause;
    const error = asDaybookError(cause, "protocol");
    check.failed("connection", error.detail, connectionAdvice(error));
  }
  return check.report;
}

class SourceCheck {
  readonly #source: CheckedSource;
  readonly #probe: DirectoryProbe;
  readonly #signal: AbortSignal | undefined;
  readonly #findings: CheckFinding[] = [];
  readonly #root: string;
  #path: CheckedDirectory[] = [];
  #names: CheckReport["names"];
  #resume: boolean | undefined;

  constructor(source: CheckedSource, probe: DirectoryProbe, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#probe = probe;
    this.#signal = signal;
    this.#root = source.layout.root ?? "/";
  }

  get report(): CheckReport {
    const { name, transport } = this.#source;
    const [connectMs, ...others] = this.#probe.times;
    return {
      source: name,
      endpoint: transport.capabilities.endpoint,
      ok: this.#findings.every(({ outcome }) => outcome !== "failed"),
      findings: this.#findings,
      path: this.#path,
      names: this.#names,
      modifiedAt: transport.capabilities.modifiedAt,
      resume: this.#resume,
      connectMs,
      listingMs: middle(others),
    };
  }

  async run(): Promise<void> {
    const root = await this.#probe.list(this.#root);
    const { endpoint } = this.#source.transport.capabilities;
    this.#say("connection", `connected to ${endpoint} and logged in, ${this.#probe.times[0]} ms`);
    if (!isListed(root)) return this.#rootFails(root.kind === "permission");
    this.#say("root", `${this.#root} is there`);

    const range = this.#past();
    if (range === undefined)
      return this.#warn("newest", "the source's range begins in the future: there is nothing to look at yet");
    const newest = this.#newestSlot(range);
    const way = await follow(this.#probe, this.#root, newest.path);
    this.#path = way.listed.map((one) => ({ ...one, part: partOf(this.#source.layout, one.directory) }));
    await this.#tellWay("newest", newest, way, range);
    const oldest = first(this.#source.layout.slots(range))!;
    if (oldest.path !== newest.path) {
      const back = await follow(this.#probe, this.#root, oldest.path);
      await this.#tellWay("oldest", oldest, back, range);
    }
    const look = await this.#sample(range);
    if (look !== undefined && look.found.length > 0) {
      const { transport, clock } = this.#source;
      this.#findings.push(checkTimes(look.found, transport.capabilities.modifiedAt, clock.now()));
      const read = await checkResume(transport, look.found, this.#signal);
      if (read) this.#findings.push(read.finding);
      this.#resume = read?.resume;
    }
    const speed = middle(this.#probe.times.slice(1));
    if (speed !== undefined)
      this.#say("speed", `a listing takes ${speed} ms (the middle one of ${this.#probe.times.length - 1})`);
  }

  failed(step: CheckFinding["step"], detail: string, advice?: string): void {
    this.#findings.push({ step, outcome: "failed", detail: printable(detail), advice });
  }

  #say(step: CheckFinding["step"], detail: string): void {
    this.#findings.push({ step, outcome: "ok", detail: printable(detail) });
  }

  #warn(step: CheckFinding["step"], detail: string, advice?: string): void {
    this.#findings.push({ step, outcome: "warning", detail: printable(detail), advice });
  }

  async #rootFails(denied: boolean): Promise<void> {
    if (denied)
      return this.failed(
        "root",
        `the server doesn't let this user list ${this.#root}`,
        "ask whoever runs it for access, or correct the beginning of `layout`",
      );
    const stop = await whereItStops(this.#probe, this.#root);
    const part = partOf(this.#source.layout, stop.directory);
    this.failed(
      "root",
      `${whatStops(stop)}${part ? ` (\`${part}\` in the layout)` : ""}`,
      "correct the beginning of `layout`, or the values of `each`, to what the server has",
    );
  }

  /** The part of the range whose time has begun. */
  #past(): (TimeRange & { readonly end: Date }) | undefined {
    const { range, clock } = this.#source;
    const now = new Date(clock.now().getTime() + 1);
    const end = range.end !== undefined && range.end < now ? range.end : now;
    return end > range.start ? { start: range.start, end } : undefined;
  }

  #newestSlot({ end }: { readonly end: Date }): Slot {
    const last = new Date(end.getTime() - 1);
    return first(this.#source.layout.slots({ start: last, end }))!;
  }

  async #tellWay(which: "newest" | "oldest", slot: Slot, way: Way, range: TimeRange): Promise<void> {
    const { stop } = way;
    const named = `the ${which} slot in range, ${slot.start.toISOString().replace(".000Z", "Z")}`;
    if (stop === undefined) return this.#say(which, `${named}: ${slot.path} is there`);
    const part = partOf(this.#source.layout, stop.directory);
    const where = `${named}: ${whatStops(stop)}${part ? ` (\`${part}\` in the layout)` : ""}`;
    const nearest = await this.#first(range, which);
    if (nearest !== undefined)
      return this.#warn(which, `${where}; the ${which} there is, is ${nearest.path}`);
    if (this.#findings.some(({ step, outcome }) => step === "newest" && outcome === "failed")) return;
    this.failed(
      which,
      `${where}, and no other slot in range is there`,
      "correct `layout`, or `start` and `end`, to what the server has",
    );
  }

  async #first(range: TimeRange, order: "newest" | "oldest"): Promise<Slot | undefined> {
    for await (const slot of existingSlots(this.#probe, this.#source.layout, range, order)) return slot;
    return undefined;
  }

  /** Looks into the newest slots until one holds a file of ours; tells of the first that holds anything at all. */
  async #sample(range: TimeRange): Promise<Look | undefined> {
    const { layout } = this.#source;
    let strange: { slot: Slot; look: Look } | undefined;
    let looked = 0;
    for await (const slot of existingSlots(this.#probe, layout, range, "newest")) {
      const look = await lookAt(slot, this.#source, this.#signal);
      if (look.found.length > 0) return this.#tellNames(slot, look);
      if (look.skipped.count + look.unreadable.count > 0) strange ??= { slot, look };
      if (++looked >= MOST_SLOTS) break;
    }
    if (strange) return this.#tellNames(strange.slot, strange.look);
    if (looked > 0)
      this.#warn(
        "names",
        `the newest ${looked} slots that are there hold no file`,
        "try again when there is data",
      );
    return undefined;
  }

  #tellNames(slot: Slot, look: Look): Look {
    const { layout, policy } = this.#source;
    const { findings, names } = checkNames(slot, look, layout, policy.select);
    for (const finding of findings) this.#findings.push(finding);
    this.#names = names;
    return look;
  }
}

function whatStops({ directory, denied, holds }: NonNullable<Way["stop"]>): string {
  const at = directory.lastIndexOf("/");
  const above = at <= 0 ? "/" : directory.slice(0, at);
  if (denied) return `the server doesn't let this user list ${directory}`;
  if (holds === undefined) return `${directory} isn't there`;
  if (holds.length === 0) return `${above} is there, but empty`;
  const name = directory.slice(at + 1);
  // The last few: what is looked for is as a rule the newest.
  const shown = holds.slice(-NAMES_SHOWN).join(", ");
  const more = holds.length > NAMES_SHOWN ? `${holds.length - NAMES_SHOWN} others and ` : "";
  return `${above} is there, ${name} in it isn't: it holds ${more}${shown}`;
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}

function middle(times: readonly number[]): number | undefined {
  return [...times].sort((a, b) => a - b)[times.length >> 1];
}
