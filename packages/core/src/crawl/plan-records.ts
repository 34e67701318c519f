import { FutureRecords } from "../plan/future-records.js";
import type { Planner } from "../plan/planner.js";
import type { LedgerChange } from "../store/state-store.js";
import type { DueSlots } from "./due-slots.js";
import type { LedgerWriter } from "./ledger-writer.js";
import type { Source } from "./source.js";

/** Records written at a time. */
const BATCH = 500;

/** Keeps true what the ledger holds of a source's plan: what was planned whole, what is due, and what a clock made up. */
export class PlanRecords {
  readonly #source: Source;
  readonly #writer: LedgerWriter;
  readonly #planner: Planner;
  readonly #future: FutureRecords;

  constructor(options: { source: Source; writer: LedgerWriter; planner: Planner }) {
    this.#source = options.source;
    this.#writer = options.writer;
    this.#planner = options.planner;
    const { name: source, range, store, time } = options.source;
    this.#future = new FutureRecords({ source, range, store, time });
  }

  /** What an earlier run has left: what its records rest on, and what will be due before any lane would look again. */
  async begin(due: DueSlots): Promise<void> {
    await this.#forget();
    await this.retakeFuture();
    const { name, store, range, policy, clock } = this.#source;
    const now = clock.now().getTime();
    for await (const { path, start, end, nextVisitAt } of store.slots(name, range, {
      dueBy: new Date(now + policy.poll),
    }))
      if (nextVisitAt!.getTime() > now) due.set(path, { start, end }, nextVisitAt!.getTime());
  }

  /** What was recorded while the clock was ahead is looked at again. */
  async retakeFuture(): Promise<void> {
    let changes: LedgerChange[] = [];
    for await (const change of this.#future.replaced()) {
      changes.push(change);
      if (changes.length < BATCH) continue;
      await this.#writer.write(changes);
      changes = [];
    }
    await this.#writer.write(changes);
  }

  /** What was planned whole is noted once every slot of it has its record. */
  async note(): Promise<void> {
    if (this.#source.time.doubtful) return;
    const stretch = await this.#planner.planned();
    if (stretch) await this.#writer.write([{ kind: "planned", source: this.#source.name, stretch }]);
  }

  /** Visits of a narrower range or of another selection may put less into records that a planned stretch rests on. */
  async #forget(): Promise<void> {
    if (await this.#planner.isOutdated())
      await this.#writer.write([{ kind: "planned", source: this.#source.name }]);
  }
}
