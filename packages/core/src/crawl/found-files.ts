import { DaybookError } from "../errors/daybook-error.js";
import type { FetchTask } from "../fetch/fetch-task.js";
import type { DueSlot } from "../plan/due-slot.js";
import { TimeShift } from "../plan/time-shift.js";
import type { FileRecord, LedgerChange } from "../store/state-store.js";
import type { Lane } from "../transport/transport.js";
import { Breath } from "./breath.js";
import type { ChangingFiles } from "./changing-files.js";
import { candidate, decide, placeOf, type Candidate, type Decision } from "./file-decision.js";
import { LeftOut } from "./left-out.js";
import { PathSet } from "./path-set.js";
import { isWanted, type Source } from "./source.js";
import type { Found } from "./tree-walk.js";

export interface FoundFilesOptions {
  readonly source: Source;
  readonly planned: DueSlot;
  readonly lane: Lane;
  readonly changing: ChangingFiles;
  /** The paths of all files that were listed so far. */
  readonly listed: PathSet;
  /** Writes to the ledger what is known before the listing is over. */
  readonly record: (changes: readonly LedgerChange[]) => Promise<void>;
  /** Makes the record of a slot that has none yet, so that it can have files. */
  readonly opening: () => LedgerChange;
  readonly impatient: boolean;
  /** Told of each decision. */
  readonly told?: (decision: Decision, found: Found) => void;
}

/** Files judged, looked up in the ledger and recorded at a time. */
const BATCH = 1000;
/** Tasks kept in memory. Where there are more, all are read from the ledger when their turn comes. */
const MOST_TASKS = 1000;

/**
 * Decides what is to be done about the files of one slot as they are listed. Of more than a batch all but the last one
 * are recorded at once, so that memory doesn't grow with a listing; the slot is due meanwhile, and stays so until its
 * visit is recorded, with the last batch.
 */
export class FoundFiles {
  readonly #options: FoundFilesOptions;
  readonly leftOut = new LeftOut();
  #waiting = new Map<string, Found>();
  #turn: Promise<void> = Promise.resolve();
  #opened = false;
  /** Of places that more than one path may have; those claimed twice are nobody's. */
  readonly #claimed = new PathSet();
  readonly #contested = new PathSet();
  #tasks = new Map<string, FetchTask>();
  /** Whether what is to be fetched has to be read from the ledger. */
  #elsewhere = false;
  #inVain = false;
  #again = Infinity;
  #count = 0;
  readonly #shift: TimeShift;
  #shiftTold = false;

  constructor(options: FoundFilesOptions) {
    this.#options = options;
    const { source, planned } = options;
    const precision = source.transport.capabilities.modifiedAt;
    this.#shift = new TimeShift({ precision, lastLook: planned.previous?.listedAt });
  }

  /** Files of ours that were listed and wanted. */
  get count(): number {
    return this.#count;
  }

  /** When the slot should be looked at again for the sake of one of them; epoch ms. */
  get again(): number {
    return this.#again;
  }

  get tasks(): FetchTask[] {
    return [...this.#tasks.values()];
  }

  /** Whether the tasks are in the ledger: see `pending`. */
  get elsewhere(): boolean {
    return this.#elsewhere;
  }

  /** One after the other, from however many directories they come. */
  take(found: readonly Found[]): Promise<void> {
    return (this.#turn = this.#turn.then(() => this.#take(found)));
  }

  /** The rest, once all is listed. Returns what is to be recorded with the visit. */
  async finish(): Promise<LedgerChange[]> {
    await this.#turn;
    // A name that was asked for too early may have come since.
    if (this.#inVain && this.#opened) this.#toLedger();
    return this.#judge();
  }

  /** Records before the visit is. */
  async record(changes: readonly LedgerChange[]): Promise<void> {
    if (changes.length === 0) return;
    const { record, planned, source, opening } = this.#options;
    const at = source.clock.now();
    const due: LedgerChange = { kind: "due", source: source.name, path: planned.slot.path, at };
    const first = this.#opened ? [] : [planned.previous ? due : opening()];
    this.#opened = true;
    await record([...first, ...changes]);
  }

  /** What is to be fetched, from the ledger, where it is too much to be kept. To be asked once the visit is recorded. */
  async *pending(): AsyncIterable<Decision> {
    const { source, planned, listed } = this.#options;
    const { store, name, layout, clock } = source;
    for await (const file of store.find({ source: name, slot: planned.slot.path, status: ["pending"] })) {
      const observation = listed.has(file.path) ? layout.parse(file.path) : undefined;
      if (observation === undefined || !isWanted(source, observation)) continue;
      const { path, size, modifiedAt } = file;
      const entry = { name: path.slice(path.lastIndexOf("/") + 1), type: "file" as const, size, modifiedAt };
      const one = candidate(source, { path, entry, observation }, file);
      const decision = await this.#decide(one, this.#claim(one, false), clock.now());
      yield unchanged(decision, file) ? { ...decision, file: undefined } : decision;
    }
  }

  async #take(found: readonly Found[]): Promise<void> {
    const { source, planned } = this.#options;
    for (const one of found) {
      if (!isWanted(source, one.observation)) {
        if (!one.again) this.leftOut.addFrom(planned.slot, one.path, one.observation, source);
        continue;
      }
      if (!one.again) this.#count++;
      // The same path twice can't be trusted either way.
      this.#waiting.set(one.path, one);
      if (this.#waiting.size >= BATCH) await this.record(await this.#judge());
    }
  }

  async #judge(): Promise<LedgerChange[]> {
    const wanted = this.#waiting;
    this.#waiting = new Map();
    const { source, told } = this.#options;
    const known = await source.store.files(source.name, [...wanted.keys()]);
    const now = source.clock.now();
    const breath = new Breath();
    for (const [path, before] of known)
      if (before.status === "stored") this.#shift.note(before, wanted.get(path)!.entry);
    const placed: { file: Candidate; place: string | DaybookError }[] = [];
    for (const found of wanted.values()) {
      if (breath.due) await breath.take();
      const before = known.get(found.path);
      const moved = before?.status === "stored" ? this.#shift.verdict(before, found.entry) : undefined;
      const file = { ...candidate(source, found, before), moved };
      placed.push({ file, place: this.#claim(file, !found.again) });
    }
    const changes = this.#shiftNews(placed, now);
    for (const { file, place } of placed) {
      if (breath.due) await breath.take();
      const decision = await this.#decide(file, place, now);
      told?.(decision, file.found);
      this.#keep(file.found.path, decision);
      for (const change of changesOf(source.name, decision, now)) changes.push(change);
    }
    return changes;
  }

  /** That the server's clock moved is told once a visit. */
  #shiftNews(placed: readonly { readonly file: Candidate }[], at: Date): LedgerChange[] {
    const first = this.#shiftTold ? undefined : placed.find(({ file }) => file.moved !== undefined)?.file;
    if (first === undefined) return [];
    this.#shiftTold = true;
    const { source, planned } = this.#options;
    const [was, is] = [first.before!.modifiedAt!, first.found.entry.modifiedAt!].map((time) =>
      time.toISOString(),
    );
    const detail = `the times of the files known here moved together, that of ${first.found.path} from ${was} to ${is}`;
    const event = { source: source.name, path: planned.slot.path, at, what: "times-moved", detail };
    return [{ kind: "event", event }];
  }

  #decide(file: Candidate, place: string | DaybookError, now: Date): Promise<Decision> {
    const { source, planned, lane, listed, impatient, changing } = this.#options;
    const siblings = ({ path, entry }: Found) => {
      const directory = path.slice(0, path.length - entry.name.length);
      return {
        has: (name: string) => {
          const there = listed.has(directory + name);
          this.#inVain ||= !there;
          return there;
        },
      };
    };
    const own =
      typeof place === "string" && this.#contested.has(place)
        ? new DaybookError("config", `another remote file would have the same local path, ${place}`)
        : place;
    const listedAt = planned.previous?.listedAt;
    const context = { now, lane, siblings, listedAt, impatient, changing };
    return decide(source, planned.slot.path, file, own, context);
  }

  /** The file's place; where that may be another's too, it is noted whose it is to be. */
  #claim(file: Candidate, first: boolean): string | DaybookError {
    const { source } = this.#options;
    const place = placeOf(source, file);
    if (!first || typeof place !== "string") return place;
    if (source.destination.origin(place, source.name, source.layout.root ?? "/") === file.found.path)
      return place;
    // Who claimed it first may have been decided on already, and is met again in the ledger.
    if (!this.#claimed.add(place) && this.#contested.add(place) && this.#opened) this.#toLedger();
    return place;
  }

  #keep(path: string, { task, again }: Decision): void {
    this.#again = Math.min(this.#again, again ?? Infinity);
    if (task === undefined || this.#elsewhere) return;
    this.#tasks.set(path, task);
    if (this.#tasks.size > MOST_TASKS) this.#toLedger();
  }

  #toLedger(): void {
    this.#elsewhere = true;
    this.#tasks.clear();
  }
}

export function changesOf(source: string, { file, event }: Decision, at: Date): LedgerChange[] {
  if (file === undefined) return [];
  const change: LedgerChange = { kind: "file", file };
  return event ? [change, { kind: "event", event: { source, path: file.path, at, ...event } }] : [change];
}

function unchanged({ file }: Decision, before: FileRecord): boolean {
  return file?.status === before.status && file.location === before.location && file.reason === before.reason;
}
