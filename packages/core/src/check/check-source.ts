import { lookAt, type Look } from "./slot-look.js";
import type { Found } from "../crawl/tree-walk.js";
import { isInRange, type Source } from "../crawl/source.js";
import { asDaybookError, isDaybookError, printable } from "../errors/daybook-error.js";
import type { Slot } from "../layout/path-layout.js";
import type { TimeRange } from "../time/range.js";
import { connectionAdvice } from "./connection-advice.js";
import type { CheckedDirectory, CheckFinding, CheckReport } from "./check-report.js";
import { DirectoryProbe, isListed } from "./directory-probe.js";
import { partOf } from "./layout-parts.js";
import { attributeFirst } from "./attribute-first.js";
import { checkNames } from "./sample-names.js";
import { checkResume } from "./sample-file.js";
import { checkTimes } from "./sample-times.js";
import { existingSlots, follow, whereItStops, type Way } from "./way-to-slot.js";

export type CheckedSource = Pick<Source, "name" | "range" | "layout" | "policy" | "transport" | "clock">;

/** Slots looked into, at most, until one holds a file of ours. */
const MOST_SLOTS = 8;
const NAMES_SHOWN = 12;

export interface CheckOptions {
  readonly signal?: AbortSignal;
  /**
   * Whether a small file is read, in part and whole, to see whether what is cut off can be continued. Default false: there
   * are servers that remove what was read.
   */
  readonly read?: boolean;
  /** Told of the files that were found; returns what is wrong with them. */
  readonly found?: (files: readonly Found[]) => readonly CheckFinding[];
}

/**
 * Connects, logs in, and compares what the server shows with the layout, step by step. Nothing is recorded. Rejects only
 * when cancelled.
 */
export async function checkSource(source: CheckedSource, options: CheckOptions = {}): Promise<CheckReport> {
  const { transport, clock } = source;
  const { signal } = options;
  const check = new SourceCheck(source, new DirectoryProbe({ transport, clock, signal }), options);
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
  readonly #reads: boolean;
  readonly #found: CheckOptions["found"];
  readonly #findings: CheckFinding[] = [];
  readonly #root: string;
  #path: CheckedDirectory[] = [];
  #names: CheckReport["names"];
  #resume: boolean | undefined;

  constructor(source: CheckedSource, probe: DirectoryProbe, { signal, read = false, found }: CheckOptions) {
    this.#source = source;
    this.#probe = probe;
    this.#signal = signal;
    this.#reads = read;
    this.#found = found;
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
    if (!isListed(root) && root.kind !== "permission") return this.#rootFails();
    if (isListed(root)) this.#say("root", `${this.#root} is there`);

    const range = this.#past();
    if (range === undefined)
      return this.#warn("newest", "the source's range begins in the future: there is nothing to look at yet");
    const newest = this.#newestSlot(range);
    const mixed = attributeFirst(this.#source.layout, newest, await this.#probe.list(newest.path));
    if (mixed) this.#findings.push(mixed);
    const way = await follow(this.#probe, this.#root, newest.path);
    if (!isListed(root) && !this.#rootIsPassed(way)) return;
    this.#path = way.listed.map((one) => ({ ...one, part: partOf(this.#source.layout, one.directory) }));
    await this.#tellWay("newest", newest, way, range);
    const oldest = first(this.#source.layout.slots(range))!;
    if (oldest.path !== newest.path) {
      const back = await follow(this.#probe, this.#root, oldest.path);
      await this.#tellWay("oldest", oldest, back, range);
    }
    const look = await this.#sample(range, way.stop === undefined ? [newest] : []);
    this.#tellUnreadable(look);
    if (look !== undefined && look.found.length > 0) {
      const { transport, clock } = this.#source;
      for (const finding of this.#found?.(look.found) ?? []) this.#findings.push(finding);
      this.#findings.push(checkTimes(look.found, transport.capabilities.modifiedAt, clock.now()));
      if (this.#reads) {
        const read = await checkResume(transport, look.found, this.#signal);
        if (read) this.#findings.push(read.finding);
        this.#resume = read?.resume;
      }
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

  /** Whether what is below a root that may not be listed can be. */
  #rootIsPassed({ stop }: Way): boolean {
    const denied = `the server doesn't let this user list ${this.#root}`;
    if (stop === undefined) this.#warn("root", `${denied}, but what is below it`);
    else this.failed("root", denied, "ask whoever runs it for access, or correct the beginning of `layout`");
    return stop === undefined;
  }

  /** Lines on the way that nobody could read: whole folders may hide behind them. */
  #tellUnreadable(look: SampledLook | undefined): void {
    const lines = this.#probe.unreadable.filter(({ directory }) => !look?.slot.path.startsWith(directory));
    const above = look?.unreadable.count ? [] : this.#probe.unreadable;
    const [first] = lines.length > 0 ? lines : above;
    if (first === undefined) return;
    this.failed(
      "names",
      `lines of the listing of ${first.directory} can't be read: ${first.line.slice(0, 200)}`,
      "tell what server it is, with such a line: a listing of this kind isn't known yet",
    );
  }

  async #rootFails(): Promise<void> {
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
    const named =
      slot.end === undefined
        ? "the only slot, of all times"
        : `the ${which} slot in range, ${slot.start.toISOString().replace(".000Z", "Z")}`;
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

  /** Looks into the newest slots until one holds a file that is wanted; tells of the first that holds anything at all. */
  async #sample(range: TimeRange, known: readonly Slot[]): Promise<SampledLook | undefined> {
    let strange: SampledLook | undefined;
    let looked = 0;
    for await (const slot of this.#slots(range, known)) {
      const look = { ...(await lookAt(slot, this.#source, this.#signal)), slot };
      if (look.error) throw look.error;
      const wanted = look.found.some(({ observation }) => isInRange(observation, this.#source.range));
      if (wanted) return this.#tellNames(look);
      if (look.found.length + look.skipped.count + look.unreadable.count > 0 || look.reason) strange ??= look;
      if (++looked >= MOST_SLOTS) break;
    }
    if (strange) return this.#tellNames(strange);
    if (looked > 0)
      this.#warn(
        "names",
        looked === 1
          ? "the newest slot that is there holds no file"
          : `the newest ${looked} slots that are there hold no file`,
        "try again when there is data",
      );
    return undefined;
  }

  /** Those that were found by their path first: what is above them may not be listed, or not be read. */
  async *#slots(range: TimeRange, known: readonly Slot[]): AsyncIterable<Slot> {
    yield* known;
    const paths = new Set(known.map(({ path }) => path));
    for await (const slot of existingSlots(this.#probe, this.#source.layout, range, "newest"))
      if (!paths.has(slot.path)) yield slot;
  }

  #tellNames(look: SampledLook): SampledLook {
    const { layout, policy, range } = this.#source;
    const { findings, names } = checkNames(look.slot, look, { layout, select: policy.select, range });
    for (const finding of findings) this.#findings.push(finding);
    this.#names = names;
    return look;
  }
}

type SampledLook = Look & { readonly slot: Slot };

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
