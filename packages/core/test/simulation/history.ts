import type { LedgerChange, RunOptions } from "@daybook/core";
import { checkEnd, checkNothingOld, checkNoWaste, checkRun } from "./checks.js";
import { HOME, Program, type Plant } from "./program.js";
import { Rng } from "./rng.js";
import { locationOf } from "./source-plan.js";
import { Vouched } from "./vouched.js";
import { World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Longer than any wait the engine has a reason for, once nothing goes wrong any more. */
const PATIENCE = 6 * HOUR;

/** Steps after which a program has surely opened its destination. */
const OPENED = 30;

/** The number of no process. */
const DEAD = "999999999";

/** What a history comes to; for people and for the test of the test. */
export interface Verdict {
  readonly seed: number;
  /** What was broken, if anything was. */
  readonly wrong?: string;
  readonly story: string;
  /** What happened how often. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Lives through one random history and judges it. Never rejects. */
export async function liveThrough(
  seed: number,
  options: { trace?: boolean; plant?: Plant } = {},
): Promise<Verdict> {
  const history = new History(seed, options.trace ?? false, options.plant);
  let wrong: string | undefined;
  try {
    await history.live();
  } catch (error) {
    wrong = error instanceof Error ? (options.trace ? error.stack : error.message) : String(error);
  }
  await history.end();
  return { seed, wrong, story: history.world.story, counts: history.counts };
}

class History {
  readonly world: World;
  readonly counts: Record<string, number> = {};
  readonly #rng: Rng;
  readonly #plant: Plant | undefined;
  #program: Program | undefined;
  /** Parts that were given a final name, each of which is one version of one file. */
  readonly #partsNamed = new Set<string>();
  readonly #vouched = new Vouched();
  #powerCuts = 0;
  #broken: string | undefined;

  constructor(seed: number, trace: boolean, plant: Plant | undefined) {
    this.#plant = plant;
    this.#rng = new Rng(seed).fork("history");
    this.world = new World(seed, { trace, onRename: (from, to, bytes) => this.#named(from, to, bytes) });
  }

  async live(): Promise<void> {
    const { world } = this;
    const unfolding = Promise.all([world.unfold(), world.leaps.unfold(() => this.#vouched.isNoted)]);
    for (let n = 0; n < 6 && this.#now < world.horizon; n++) {
      await this.#oneProgram();
      if (this.#rng.chance(0.7))
        await world.clock.advance(this.#rng.int(0, 60) * this.#rng.pick([SECOND, MINUTE, 5 * MINUTE]));
    }
    await this.#advanceTo(world.horizon);
    await unfolding;
    world.weather.calm();
    world.mirror?.weather.calm();
    world.trace("CALM");
    // A dead program's lease has run out by then.
    await this.#advanceTo(Math.max(this.#now + 2 * MINUTE, world.lastLook + MINUTE));
    await this.#finish();
  }

  /** Everything is due, and nothing goes wrong any more. */
  async #finish(): Promise<void> {
    const { world } = this;
    const facts = { powerCuts: this.#powerCuts };
    const last = this.#start({});
    await this.#until(last, this.#run(last));
    this.#expect(
      last.result?.outcome === "complete" || last.result?.outcome === "gaps",
      `the last run ended ${last.result?.outcome}: ${last.result?.sources.find((s) => s.error)?.error?.message}`,
    );
    await checkRun(world, last, facts);
    await last.daybook.retry();
    const again = this.#run(last);
    const vouched = this.#vouched.at(this.#now);
    await this.#until(last, again);
    await checkRun(world, last, facts);
    await checkEnd(world, last, { ...facts, vouched });
    const reads = last.reads.length;
    const began = this.#now;
    await this.#until(last, this.#run(last, { trustClock: true }));
    for (const plan of world.sources) await checkNothingOld(world, plan, began);
    this.#expect(last.reads.length === reads, `a run with nothing to do read ${last.reads.at(-1)?.path}`);
    checkNoWaste(world, last);
  }

  async #oneProgram(): Promise<void> {
    const { world } = this;
    const rng = this.#rng;
    const roll = rng.next();
    const killAt = roll < 0.45 ? rng.int(1, Math.ceil(2 ** (1 + rng.next() * 8))) : undefined;
    const ledgerFailsAt = rng.chance(0.12) ? rng.int(1, Math.ceil(2 ** (rng.next() * 7))) : undefined;
    const program = this.#start({ killAt, ledgerFailsAt });
    const stop = new AbortController();
    const stops = roll > 0.88;
    const once = roll > 0.78 && roll < 0.88;
    const over = new AbortController();
    if (stops)
      world.clock.sleep(rng.int(1, 400) * rng.pick([SECOND, 30 * SECOND]), over.signal).then(
        () => (world.trace("STOP"), stop.abort()),
        () => undefined,
      );
    await this.#until(program, this.#run(program, { signal: stop.signal, once }));
    over.abort();
    const { result } = program;
    this.#count(program.life.alive ? (result?.outcome ?? "none") : "killed");
    world.trace(`ENDED ${program.life.alive ? JSON.stringify(result?.outcome) : "dead"}`);
    for (const source of result?.sources ?? []) if (source.error) this.#count(`failed: ${source.error.kind}`);
    if (result && !once && !stops) await checkRun(world, program, { powerCuts: this.#powerCuts });
    checkNoWaste(world, program);
    await program.end();
    if (result === undefined) await this.#afterDeath(program);
    else if (world.sync && rng.chance(0.2)) this.#cutPower();
  }

  #start(options: { killAt?: number; ledgerFailsAt?: number }): Program {
    const n = (this.counts.programs ?? 0) + 1;
    this.#count("programs");
    this.world.trace(`START ${JSON.stringify(options)}`);
    this.#program = new Program({
      ...options,
      world: this.world,
      rng: this.#rng.fork(`program ${n}`),
      onRecord: (changes) => this.#recorded(changes),
      onWrong: (what) => this.#break(what),
      plant: this.#plant,
    });
    return this.#program;
  }

  #run(program: Program, options: RunOptions = {}): Promise<unknown> {
    this.#vouched.begins(this.#now, this.world.leaps.isOff);
    return program.run(options);
  }

  async #until(program: Program, running: Promise<unknown>): Promise<void> {
    const calmAt = Math.max(this.#now, this.world.horizon);
    await this.world.clock.runUntil(running, { maxTime: calmAt - this.#now + PATIENCE });
    if (this.#broken) throw new Error(this.#broken);
    this.#count("reads", program.reads.length);
  }

  /** Its process is gone, and the machine maybe with it. */
  async #afterDeath({ life: { steps }, leases }: Program): Promise<void> {
    const { sync, store, clock, leaps } = this.world;
    // By a wrong clock a dead program's lease may last for days: on its own machine it is known for dead.
    if (leaps.last > -Infinity)
      for (const [name, holder] of leases) await store.lease(name, holder, 0, clock.now());
    this.#renameMarkers((boot, _process, rest) => ["open", boot, DEAD, rest]);
    // Without syncing it costs files that nobody could miss, unless a program had come so far as to leave its mark.
    const marked = steps > OPENED && this.#markers().length > 0;
    if ((sync || marked) && this.#rng.chance(0.3)) this.#cutPower();
  }

  #cutPower(): void {
    this.world.trace("POWER CUT");
    this.#count("power cuts");
    this.#powerCuts++;
    this.world.disk.powerCut();
    this.#renameMarkers((_boot, process, rest) => ["open", "earlier", process, rest]);
  }

  #markers(): string[] {
    const own = [...this.world.disk.files(`${HOME}/.daybook`)].map(([path]) => path);
    return own.filter((path) => path.includes("/open-"));
  }

  /** All programs of a simulation are one process of one boot; their markers are made to say otherwise. */
  #renameMarkers(change: (boot: string, process: string, rest: string) => string[]): void {
    for (const path of this.#markers()) {
      const at = path.lastIndexOf("/") + 1;
      const [, boot, process, rest] = path.slice(at).split("-");
      this.world.disk.rename(path, path.slice(0, at) + change(boot!, process!, rest!).join("-"));
    }
  }

  /** A file takes a final name: its bytes must be the server's, as they were when they were asked for or later. */
  #named(from: string, to: string, bytes: Buffer): void {
    if (!from.includes("/.daybook/parts/") || to.includes("/.daybook/")) return;
    const { world } = this;
    const location = to.slice(HOME.length + 1);
    const [plan] = world.sources.filter(({ name }) => location.startsWith(`${name}/`));
    if (!plan) return this.#break(`a file outside of every source: ${location}`);
    const path = `${plan.layout.root}/${location.slice(plan.name.length + 1).replace(/\.v\d+$/, "")}`;
    this.#program!.named.push({ location, path });
    this.#count("files named");
    if (locationOf(plan, path) !== location && plan.policy.onChange !== "keep")
      this.#break(`${location} is nobody's place`);
    if (world.server.sizes.get(path)?.has(bytes.length) !== true)
      this.#break(`${location} has ${bytes.length} bytes, and was never listed with so many`);
    const read = this.#program!.reads.findLast((log) => log.path === path && log.seen);
    const known = world.versions(path);
    if (
      read === undefined
        ? bytes.length > 0
        : !known.some((v) => v.until >= read.askedAt && v.bytes.equals(bytes))
    )
      this.#break(`${location} was given bytes that the server never had since they were asked for`);
    // Where times are of minutes, what is fetched in the minute it was written in is fetched once more, after it.
    const fine = world.capabilities.modifiedAt !== "minute";
    if (this.#partsNamed.has(from) && this.#powerCuts === 0 && !world.showsStale && fine)
      this.#break(`${location} came home twice, as ${from}`);
    this.#partsNamed.add(from);
  }

  /** The ledger is told something: what is said to be gone must have been missing from a whole listing. */
  #recorded(changes: readonly LedgerChange[]): void {
    for (const change of changes) {
      if (change.kind === "note" && change.key === "time/mark") this.#vouched.noted(this.#now);
      if (change.kind !== "file" || change.file.status !== "gone") continue;
      const { source, slot, path } = change.file;
      if (this.world.server.wasCutOff(source, slot))
        this.#break(`${path} is called gone after a listing that was cut off`);
    }
  }

  /** Thrown later, where the engine can't take it for a failing disk. */
  #break(what: string): void {
    this.world.trace(`WRONG ${what}`);
    this.#broken ??= what;
  }

  #expect(held: boolean, otherwise: string): void {
    if (!held) throw new Error(otherwise);
  }

  #count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  get #now(): number {
    return this.world.clock.monotonic();
  }

  async #advanceTo(time: number): Promise<void> {
    if (time > this.#now) await this.world.clock.advance(time - this.#now);
  }

  async end(): Promise<void> {
    this.#program?.life.die("the end");
    await this.#program?.end();
  }
}
