import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createDaybook,
  memoryStore,
  localDestination,
  MemoryStore,
  ObserverToken,
  StateStoreToken,
} from "@daybook/core";
import type { Daybook, Hook, Plugin, SourceOptions, StateStore } from "@daybook/core";
import { Dashboard, LiveState, type DashboardOptions } from "@daybook/dashboard";
import { onTestFinished } from "vitest";
import { fillYear, yearLayout, type Fate } from "../../tools/year.mjs";

export const RANGE = { start: new Date("2025-01-01T00:00Z"), end: new Date("2025-01-15T00:00Z") };
export const SOURCES = ["RMA1", "RMA5"];

export interface Place {
  readonly daybook: Daybook;
  readonly live: LiveState;
  readonly store: StateStore;
  readonly url: string;
  get(path: string, init?: RequestInit): Promise<Response>;
  json<T = Record<string, unknown>>(path: string): Promise<T>;
}

export interface PlaceOptions extends Partial<DashboardOptions> {
  readonly store?: StateStore;
  readonly radars?: readonly string[];
  readonly range?: { readonly start: Date; readonly end: Date };
  readonly sources?: SourceOptions[];
  readonly hooks?: readonly Hook[];
  readonly fill?: boolean;
  /** More for the application, such as a clock. */
  readonly plugins?: readonly Plugin<unknown>[];
  /** What became of an hour. */
  readonly fate?: Fate;
}

/** A dashboard that listens on a free port, over a ledger of two weeks unless told otherwise. Gone after the test. */
export async function place(options: PlaceOptions = {}): Promise<Place> {
  const live = new LiveState();
  const folder = mkdtempSync(join(tmpdir(), "daybook-dashboard-"));
  const {
    store = new MemoryStore(),
    fill = true,
    radars = SOURCES,
    range = RANGE,
    fate,
    plugins = [],
    hooks,
    ...others
  } = options;
  const { sources = radars.map((name) => sourceOf(name, range)), ...rest } = others;
  const daybook = createDaybook({
    plugins: [
      store instanceof MemoryStore
        ? memoryStore(store)
        : { name: "store", provides: StateStoreToken, create: () => store },
      localDestination({ path: folder }),
      { name: "live", provides: ObserverToken, create: () => live },
      ...plugins,
    ],
    sources,
    hooks,
  });
  if (fill) {
    await store.open();
    const selections = new Map(daybook.sources().map(({ name, policy }) => [name, policy.selection]));
    await fillYear(store, radars, range, (source) => selections.get(source), fate);
  }
  const dashboard = new Dashboard({ daybook, live, address: "127.0.0.1:0", ...rest });
  onTestFinished(async () => {
    await dashboard.close();
    await daybook.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const url = await dashboard.listen();
  const get = (path: string, init?: RequestInit) =>
    fetch(new URL(path, url), { redirect: "manual", ...init });
  return { daybook, live, store, url, get, json: async (path) => (await get(path)).json() as never };
}

export const sourceOf = (name: string, range: { start: Date; end?: Date } = RANGE): SourceOptions => ({
  name,
  plugins: [],
  layout: yearLayout(name),
  ...range,
});
