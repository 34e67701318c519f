import type { PathLayout } from "../layout/path-layout.js";
import type { FileRecord, StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import { groupComplete } from "./event-data.js";
import type { GroupRule, Membership } from "./group-rule.js";
import type { HookEvent } from "./hook-event.js";

/**
 * Who is there of the groups that a batch of changes adds to: what the ledger had, and the batch so far. A group is
 * whole once in its life, with the file that was missing last, since a version that was stored is never unstored.
 */
export class GroupBook {
  readonly #store: Pick<StateStore, "find">;
  readonly #clock: Clock;
  readonly #groups = new Map<string, Map<string, FileRecord>>();

  constructor(options: { store: Pick<StateStore, "find">; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** Adds a file that is stored for the first time; the event, if with it all of a group are there. */
  async add(
    hook: string,
    rule: GroupRule,
    file: FileRecord,
    layout: PathLayout,
  ): Promise<HookEvent | undefined> {
    const observation = layout.parse(file.path);
    const member = observation && rule.membership(observation, file.slot);
    if (member === undefined) return undefined;
    const id = `${hook} ${file.source} ${member.key}`;
    let present = this.#groups.get(id);
    if (present === undefined)
      this.#groups.set(id, (present = await this.#known(member, rule, file, layout)));
    if (present.has(member.value)) return undefined;
    present.set(member.value, file);
    const files = member.expected.flatMap((value) => present.get(value) ?? []);
    if (files.length < member.expected.length) return undefined;
    return groupComplete(member, files, { layout, field: rule.field, at: this.#clock.now() });
  }

  async #known(
    { key, byTime }: Membership,
    rule: GroupRule,
    { source, slot, observedAt, path }: FileRecord,
    layout: PathLayout,
  ): Promise<Map<string, FileRecord>> {
    const present = new Map<string, FileRecord>();
    const at = observedAt?.getTime();
    const query =
      byTime && at !== undefined ? { range: { start: new Date(at), end: new Date(at + 1) } } : { slot };
    for await (const other of this.#store.find({ source, ...query })) {
      if (other.version === 0 || other.path === path) continue;
      const observation = layout.parse(other.path);
      const membership = observation && rule.membership(observation, other.slot);
      if (membership?.key === key) present.set(membership.value, other);
    }
    return present;
  }
}
