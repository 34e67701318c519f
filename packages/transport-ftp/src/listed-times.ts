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

  /** Rejects with what `ask` rejects with. Nothing is asked about a name that can't be a file's. */
  async resolve(listed: readonly ListedEntry[], ask: AskTime): Promise<RemoteEntry[]> {
    for (const { type, listed: time } of listed) if (type === "file" && time) this.#zone.notice(time);
    const entries: RemoteEntry[] = [];
    for (const { listed: time, ...entry } of listed) {
      if (entries.length % ENTRIES_IN_ONE_GO === ENTRIES_IN_ONE_GO - 1) await setImmediate();
      if (entry.type !== "file" || time === undefined) {
        entries.push(entry);
        continue;
      }
      const now = this.#clock.now().getTime();
      if (this.#zone.wants(entry.name, time, now) && unsafeName(entry.name) === undefined)
        await this.#zone.measure(entry.name, time, ask, now);
      entries.push({ ...entry, modifiedAt: this.#zone.toUtc(time) });
    }
    return entries;
  }
}
