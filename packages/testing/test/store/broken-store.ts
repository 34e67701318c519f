import type {
  FileRecord,
  LedgerChange,
  PlannedStretch,
  RecordOptions,
  SlotRecord,
  StateStore,
} from "@daybook/core";
import { DaybookError, MemoryStore } from "@daybook/core";

/** A store that breaks the contract in one way: what it does differently from the one it wraps. */
export type Break = (store: StateStore) => Partial<StateStore>;

export const always = { start: new Date(0) };

export function brokenStore(make: Break): StateStore {
  const inner = new MemoryStore();
  return bindAll(inner, make(bindAll(inner, {})));
}

export function bindAll(store: StateStore, changes: Partial<StateStore>): StateStore {
  return {
    open: () => store.open(),
    close: () => store.close(),
    record: (...call) => store.record(...call),
    files: (s, p) => store.files(s, p),
    filesAt: (locations) => store.filesAt(locations),
    slots: (s, r, f) => store.slots(s, r, f),
    glimpses: (s, r, f) => store.glimpses(s, r, f),
    find: (q) => store.find(q),
    summarize: (q) => store.summarize(q),
    events: (s, p) => store.events(s, p),
    messages: (h, n) => store.messages(h, n),
    backlog: () => store.backlog(),
    planned: (s) => store.planned(s),
    notes: (prefix) => store.notes(prefix),
    lease: (n, h, t, now) => store.lease(n, h, t, now),
    leaseHolder: (n, now) => store.leaseHolder(n, now),
    ...changes,
  };
}

export async function list<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export async function* changed<T, U>(
  items: AsyncIterable<T>,
  change: (all: T[]) => Iterable<U> | Promise<Iterable<U>>,
) {
  yield* await change(await list(items));
}

export const eachFile = (s: StateStore, change: (file: FileRecord) => FileRecord): Partial<StateStore> => ({
  find: (q) => changed(s.find(q), (all) => all.map(change)),
  files: async (source, paths) =>
    new Map([...(await s.files(source, paths))].map(([k, f]) => [k, change(f)])),
});

export const eachSlot = (s: StateStore, change: (slot: SlotRecord) => SlotRecord): Partial<StateStore> => ({
  slots: (source, range, filter) => changed(s.slots(source, range, filter), (all) => all.map(change)),
});

export const recording = (s: StateStore, rewrite: (changes: readonly LedgerChange[]) => LedgerChange[]) => ({
  record: (changes: readonly LedgerChange[], options?: RecordOptions) => s.record(rewrite(changes), options),
});

export const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

export const folder = (path: string): string => path.slice(0, path.lastIndexOf("/"));

export const seconds = <T extends Date | undefined>(date: T): T =>
  date && (new Date(Math.floor(date.getTime() / 1000) * 1000) as T);

export const refuse = (why: string) => new DaybookError("store", why);

/** Stores that hand out what was planned by a rule of their own. */
export function believing(
  name: string,
  rule: (held: SlotRecord[], stretch: PlannedStretch, all: SlotRecord[], wider: SlotRecord[]) => boolean,
): Record<string, Break> {
  const make: Break = (s) => {
    const noted = new Map<string, PlannedStretch | undefined>();
    return {
      record: async (changes) => {
        await s.record(changes);
        for (const c of changes) if (c.kind === "planned") noted.set(c.source, c.stretch);
      },
      planned: async (source) => {
        const stretch = noted.get(source);
        if (stretch === undefined) return undefined;
        const { start, end, selection } = stretch;
        const all = await list(s.slots(source, stretch));
        const wider = await list(
          s.slots(source, { start: new Date(start.getTime() - 1), end: new Date(end.getTime() + 1) }),
        );
        const held = all.filter((slot) => slot.selection === selection);
        return rule(held, stretch, all, wider) ? stretch : undefined;
      },
    };
  };
  return { [name]: make };
}
