import { setImmediate } from "node:timers/promises";
import { unsafeName } from "@daybook/core";
import type { Clock, RemoteEntry } from "@daybook/core";
import type { ListedEntry } from "./listing/listed-entry.js";
import { ServerZone } from "./server-zone.js";
import type { AskTime } from "./server-zone.js";

// A huge listing must not hold up everything else.
const ENTRIES_IN_ONE_GO = 2000;

/** Makes the times of listings UTC, for one server. */
export class ListedTimes {
  readonly #clock: Clock;
  readonly #zone = new ServerZone();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Without asking; undefined where there is something to be asked. */
  settle(listed: readonly ListedEntry[]): RemoteEntry[] | undefined {
    const now = this.#clock.now().getTime();
    for (const { type, listed: time } of listed) if (type === "file" && time) this.#zone.notice(time);
    const settled: RemoteEntry[] = [];
    for (const { listed: time, ...entry } of listed) {
      if (entry.type !== "file" || time === undefined) settled.push(entry);
      else if (this.#zone.wants(entry.name, time, now) && unsafeName(entry.name) === undefined)
        return undefined;
      else settled.push({ ...entry, modifiedAt: this.#zone.toUtc(time) });
    }
    return settled;
  }

  /** Rejects with what `ask` rejects with. Nothing is asked about a name that can't be a file's. */
  async resolve(listed: readonly ListedEntry[], ask: AskTime): Promise<RemoteEntry[]> {
    const zone = this.#zone;
    for (const { type, listed: time } of listed) if (type === "file" && time) zone.notice(time);
    // First all questions, since an answer about one may tell of those before it.
    await inTurns(listed, ({ name, type, listed: time }) => {
      if (type !== "file" || time === undefined) return undefined;
      const now = this.#clock.now().getTime();
      if (!zone.wants(name, time, now) || unsafeName(name) !== undefined) return undefined;
      return zone.measure(name, time, ask, now);
    });
    const entries: RemoteEntry[] = [];
    await inTurns(listed, ({ listed: time, ...entry }) => {
      const timed = entry.type === "file" && time !== undefined;
      entries.push(timed ? { ...entry, modifiedAt: zone.toUtc(time) } : entry);
    });
    return entries;
  }
}

async function inTurns<T>(all: readonly T[], each: (one: T) => Promise<void> | void): Promise<void> {
  for (const [i, one] of all.entries()) {
    if (i % ENTRIES_IN_ONE_GO === ENTRIES_IN_ONE_GO - 1) await setImmediate();
    const done = each(one);
    if (done !== undefined) await done;
  }
}
