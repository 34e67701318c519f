import type { DaybookError } from "../errors/daybook-error.js";
import type { FetchTask } from "../fetch/fetch-task.js";
import type { FileRecord, LedgerChange, SlotVisit } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import { isRefused, refusalReason, type LedgerWriter } from "./ledger-writer.js";
import type { Visit } from "./slot-visitor.js";

export interface RecordedVisit extends Pick<Visit, "more"> {
  /** As it stands once the tasks are done. */
  readonly visit: SlotVisit;
  readonly tasks: readonly FetchTask[];
  /** Not even the visit itself could be recorded: the slot is to be left alone for a while. */
  readonly refused?: DaybookError;
}

/** The changes about one file, or about the slot. */
type Piece = LedgerChange[];

/** Examples of what can't be kept. */
const SAMPLES = 5;

/**
 * Records one visit. Mostly that is one transaction; what the ledger refuses of it is left out, file by file: such a file is
 * given up with the reason, or counted as one that can't be read where not even that can be kept.
 */
export class VisitRecorder {
  readonly #writer: LedgerWriter;
  readonly #clock: Clock;
  readonly #refused = new Set<string>();
  readonly #unreadable: string[] = [];

  constructor(options: { writer: LedgerWriter; clock: Clock }) {
    this.#writer = options.writer;
    this.#clock = options.clock;
  }

  /** Paths of files whose records were refused. */
  get refused(): ReadonlySet<string> {
    return this.#refused;
  }

  /** What a large slot's visit finds before it is over. Rejects where the slot's own record is refused. */
  async record(changes: readonly LedgerChange[]): Promise<void> {
    const error = (await this.#refusal(changes)) && (await this.#recordPieces(changes));
    if (error) throw error;
  }

  /** The visit itself, and what wasn't recorded before. */
  async finish({ visit, changes, tasks, more }: Visit): Promise<RecordedVisit> {
    if (this.#refused.size === 0 && (await this.#refusal(changes)) === undefined)
      return { visit, tasks, more };
    const now = this.#clock.now();
    const due = changes.map((change) => (change.kind === "visit" ? dueAt(change.visit, now) : change));
    const refused = await this.#recordPieces(due);
    if (refused) return { visit, tasks: [], refused };
    const left = tasks.filter(({ record }) => !this.#refused.has(record.path));
    const { count, names } = visit.unreadable;
    const whole = {
      ...visit,
      unreadable: {
        count: count + this.#unreadable.length,
        names: [...names, ...this.#unreadable].slice(0, SAMPLES),
      },
    };
    const open = left.length > 0 || more !== undefined;
    const last: LedgerChange = open ? dueAt(whole, now) : { kind: "visit", visit: whole };
    // The slot was told of in doubt before; this is what stands.
    const error = (await this.#refusal([last])) ?? (open ? undefined : await this.#refusal([last]));
    return { visit: whole, tasks: left, more, refused: error };
  }

  /** The slot's own changes, then those of its files. Undefined unless the slot's own are refused. */
  async #recordPieces(changes: readonly LedgerChange[]): Promise<DaybookError | undefined> {
    const [slot, ...files] = pieces(changes);
    const error = await this.#refusal(slot!);
    if (error) return error;
    for (const one of await this.#recordAll(files)) await this.#giveUp(fileOf(one.piece)!, one.error);
    return undefined;
  }

  /** Those that are refused, with the reason; the others are recorded, as many at once as go. */
  async #recordAll(some: readonly Piece[]): Promise<{ piece: Piece; error: DaybookError }[]> {
    if (some.length === 0) return [];
    const error = await this.#refusal(some.flat());
    if (error === undefined) return [];
    if (some.length === 1) return [{ piece: some[0]!, error }];
    const half = some.length >> 1;
    const first = await this.#recordAll(some.slice(0, half));
    return [...first, ...(await this.#recordAll(some.slice(half)))];
  }

  /** Keeps what can surely be kept of a file: what it is called, and why it isn't there. */
  async #giveUp(file: FileRecord, error: DaybookError): Promise<void> {
    const { source, path, slot, version, location, sha256, storedAt, encoding } = file;
    const at = this.#clock.now();
    const reason = refusalReason(error);
    const record: FileRecord = {
      ...{ source, path, slot, version, reason, attempts: 0, firstSeenAt: at, status: "quarantined" },
      ...(version > 0 && { location, sha256, storedAt, encoding }),
    };
    const event = { source, path, at, what: "quarantined", detail: reason };
    this.#refused.add(path);
    const changes: LedgerChange[] = [
      { kind: "file", file: record },
      { kind: "event", event },
    ];
    if (await this.#refusal(changes)) this.#unreadable.push(`${path}: ${error.detail}`);
  }

  async #refusal(changes: readonly LedgerChange[]): Promise<DaybookError | undefined> {
    try {
      await this.#writer.write(changes);
      return undefined;
    } catch (error) {
      if (isRefused(error)) return error;
      throw error;
    }
  }
}

/** The slot's own changes first, then each file's with what is told of it. */
function pieces(changes: readonly LedgerChange[]): Piece[] {
  const slot: Piece = [];
  const files = new Map<string, Piece>();
  for (const change of changes) {
    if (change.kind === "file") files.set(change.file.path, [change]);
    else (files.get(change.kind === "event" ? change.event.path : "") ?? slot).push(change);
  }
  return [slot, ...files.values()];
}

function fileOf(piece: Piece): FileRecord | undefined {
  for (const change of piece) if (change.kind === "file") return change.file;
  return undefined;
}

/** As long as not all of it is told the slot is due at once. */
function dueAt(visit: SlotVisit, at: Date): LedgerChange {
  return { kind: "visit", visit: { ...visit, nextVisitAt: at } };
}
