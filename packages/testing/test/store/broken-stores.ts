import type { FileRecord, LedgerChange, PlannedStretch, SlotRecord, StateStore } from "@daybook/core";
import { DaybookError, MemoryStore } from "@daybook/core";

/** A store that breaks the contract in one way: what it does differently from the one it wraps. */
type Break = (store: StateStore) => Partial<StateStore>;

const always = { start: new Date(0) };

export function brokenStore(make: Break): StateStore {
  const inner = new MemoryStore();
  return bindAll(inner, make(bindAll(inner, {})));
}

function bindAll(store: StateStore, changes: Partial<StateStore>): StateStore {
  return {
    open: () => store.open(),
    close: () => store.close(),
    record: (c) => store.record(c),
    files: (s, p) => store.files(s, p),
    slots: (s, r, f) => store.slots(s, r, f),
    glimpses: (s, r, f) => store.glimpses(s, r, f),
    find: (q) => store.find(q),
    summarize: (q) => store.summarize(q),
    events: (s, p) => store.events(s, p),
    messages: (h, n) => store.messages(h, n),
    backlog: () => store.backlog(),
    planned: (s) => store.planned(s),
    lease: (n, h, t, now) => store.lease(n, h, t, now),
    leaseHolder: (n, now) => store.leaseHolder(n, now),
    ...changes,
  };
}

async function list<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* changed<T, U>(
  items: AsyncIterable<T>,
  change: (all: T[]) => Iterable<U> | Promise<Iterable<U>>,
) {
  yield* await change(await list(items));
}

const eachFile = (s: StateStore, change: (file: FileRecord) => FileRecord): Partial<StateStore> => ({
  find: (q) => changed(s.find(q), (all) => all.map(change)),
  files: async (source, paths) =>
    new Map([...(await s.files(source, paths))].map(([k, f]) => [k, change(f)])),
});
const eachSlot = (s: StateStore, change: (slot: SlotRecord) => SlotRecord): Partial<StateStore> => ({
  slots: (source, range, filter) => changed(s.slots(source, range, filter), (all) => all.map(change)),
});
const recording = (s: StateStore, rewrite: (changes: readonly LedgerChange[]) => LedgerChange[]) => ({
  record: (changes: readonly LedgerChange[]) => s.record(rewrite(changes)),
});
const base = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const folder = (path: string): string => path.slice(0, path.lastIndexOf("/"));
const seconds = <T extends Date | undefined>(date: T): T =>
  date && (new Date(Math.floor(date.getTime() / 1000) * 1000) as T);
const refuse = (why: string) => new DaybookError("store", why);

/** Stores that hand out what was planned by a rule of their own. */
function believing(
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

/** By what each does wrong. Every one has to fail a case of the kit, and every case has to fail for one of them. */
export const brokenStores: Record<string, Break> = {
  "forgets everything when it is opened": () => {
    let current = bindAll(new MemoryStore(), {});
    return {
      open: () => (current = bindAll(new MemoryStore(), {})).open(),
      close: () => current.close(),
      record: (c) => current.record(c),
      slots: (s, r, f) => current.slots(s, r, f),
      glimpses: (s, r, f) => current.glimpses(s, r, f),
      find: (q) => current.find(q),
      summarize: (q) => current.summarize(q),
      events: (s, p) => current.events(s, p),
      messages: (h, n) => current.messages(h, n),
      backlog: () => current.backlog(),
      planned: (s) => current.planned(s),
      lease: (n, h, t, now) => current.lease(n, h, t, now),
      leaseHolder: (n, now) => current.leaseHolder(n, now),
    };
  },
  "can be closed only once": (s) => {
    let closed = false;
    const close = async () => {
      if (closed) throw refuse("closed already");
      closed = true;
      return s.close();
    };
    return { close };
  },
  "answers after it was closed": () => ({ close: async () => {} }),

  "gives slots newest first": (s) => ({ slots: (...a) => changed(s.slots(...a), (all) => all.reverse()) }),
  "takes slots that start at a range's end": (s) => ({
    slots: (n, r, f) => s.slots(n, { start: r.start, end: r.end && new Date(r.end.getTime() + 1) }, f),
  }),
  "takes only slots that start in the range": (s) => ({
    slots: (n, r, f) => changed(s.slots(n, r, f), (all) => all.filter((slot) => slot.start >= r.start)),
  }),
  "takes no slot to be longer than a day": (s) => ({
    slots: (n, r, f) =>
      changed(s.slots(n, r, f), (all) =>
        all.filter((slot) => slot.start.getTime() >= r.start.getTime() - 864e5),
      ),
  }),
  "mixes up sources": (s) => ({
    slots: (n, r, f) => s.slots(n === "nobody" ? "radar" : n, r, f),
    events: (n, p) => s.events(n === "nobody" || n === "other" ? "radar" : n, p),
    files: async (n, paths) => new Map([...(await s.files("other", paths)), ...(await s.files(n, paths))]),
    summarize: ({ range }) => s.summarize({ range }),
  }),
  "sees no file that was lost at a glimpse": (s) => ({
    glimpses: (...a) => changed(s.glimpses(...a), (all) => all.map((one) => ({ ...one, lost: 0 }))),
  }),
  "glimpses two thousand slots at most": (s) => ({
    glimpses: (...a) => changed(s.glimpses(...a), (all) => all.slice(0, 2_000)),
  }),
  "ignores dueBy": (s) => ({ slots: (n, r, f) => s.slots(n, r, { ...f, dueBy: undefined }) }),
  "ignores states": (s) => ({ slots: (n, r, f) => s.slots(n, r, { ...f, states: undefined }) }),
  "ignores unsettled": (s) => ({ slots: (n, r, f) => s.slots(n, r, { ...f, unsettled: false }) }),
  "ignores flawed at a glimpse": (s) => ({ glimpses: (n, r) => s.glimpses(n, r) }),
  "ignores flawed": (s) => ({ slots: (n, r, f) => s.slots(n, r, { ...f, flawed: false }) }),
  "takes a slot that files have gone from for flawless": (s) => ({
    slots: (n, r, f) =>
      changed(s.slots(n, r, f), (all) => (f?.flawed ? all.filter((one) => one.state !== "complete") : all)),
  }),
  "remembers nothing as planned": () => ({ planned: async () => undefined }),
  "never takes back what was planned": (s) =>
    recording(s, (all) => all.filter((c) => c.kind !== "planned" || c.stretch !== undefined)),
  "keeps what was planned first": (s) => {
    let noted = false;
    return recording(s, (all) =>
      all.filter((c) => c.kind !== "planned" || !c.stretch || (!noted && (noted = true))),
    );
  },
  ...believing("believes what was planned without a look", () => true),
  ...believing("counts too many slots as none amiss", (held, { slots }) => held.length >= slots),
  ...believing("counts slots for whatever they were visited", (_, { slots }, all) => all.length === slots),
  ...believing("counts slots that touch a planned stretch", (_, { slots, selection }, __, wider) => {
    return wider.filter((slot) => slot.selection === selection).length === slots;
  }),
  "gives a thousand slots at most": (s) => ({
    slots: (...a) => changed(s.slots(...a), (all) => all.slice(0, 1000)),
  }),
  "pages slots by their start": (s) => ({
    slots: (...a) =>
      changed(s.slots(...a), (all) => {
        const page = all.slice(0, 1000);
        return [...page, ...all.slice(1000).filter((slot) => slot.start > page.at(-1)!.start)];
      }),
  }),
  "pages slots by offset": (s) => ({
    slots: async function* (...a) {
      for (let at = 0; ; at += 100) {
        const page = (await list(s.slots(...a))).slice(at, at + 100);
        if (page.length === 0) return;
        yield* page;
      }
    },
  }),
  "keeps whole seconds": (s) => ({
    ...eachSlot(s, (slot) => ({ ...slot, visitedAt: seconds(slot.visitedAt) })),
    ...eachFile(s, (file) => ({ ...file, observedAt: seconds(file.observedAt) })),
    events: (...a) => changed(s.events(...a), (all) => all.map((e) => ({ ...e, at: seconds(e.at) }))),
  }),
  "merges a visit or file with what it knew": (s) => {
    const known = new Map<string, object>();
    const merge = <T extends { path: string }>(it: T): T => {
      const given = Object.fromEntries(Object.entries(it).filter(([, v]) => v !== undefined));
      const merged = { ...known.get(it.path), ...given } as T;
      known.set(it.path, merged);
      return merged;
    };
    return recording(s, (changes) =>
      changes.map((c) => {
        if (c.kind === "visit") return { ...c, visit: merge(c.visit) };
        return c.kind === "file" ? { ...c, file: merge(c.file) } : c;
      }),
    );
  },

  "takes a cut-off listing for a whole one": (s) =>
    eachSlot(s, (slot) => (slot.listing === "truncated" ? { ...slot, state: "partial" } : slot)),
  "counts a file each time it is recorded": (s) => {
    const times = new Map<string, number>();
    return {
      ...recording(s, (changes) => {
        for (const c of changes)
          if (c.kind === "file") times.set(c.file.slot, (times.get(c.file.slot) ?? 0) + 1);
        return [...changes];
      }),
      ...eachSlot(s, (slot) => ({ ...slot, files: { ...slot.files, stored: times.get(slot.path) ?? 0 } })),
    };
  },
  "forgets a slot's files when it is visited": (s) => {
    const cleared = new Set<string>();
    const none = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };
    return {
      ...recording(s, (changes) => {
        for (const c of changes) {
          if (c.kind === "visit") cleared.add(c.visit.path);
          if (c.kind === "file") cleared.delete(c.file.slot);
        }
        return [...changes];
      }),
      ...eachSlot(s, (slot) => (cleared.has(slot.path) ? { ...slot, state: "empty", files: none } : slot)),
    };
  },
  "leaves a file with the slot it was first seen in": (s) => {
    const first = new Map<string, string>();
    return recording(s, (changes) =>
      changes.map((c) => {
        if (c.kind !== "file") return c;
        const slot = first.get(c.file.path) ?? c.file.slot;
        first.set(c.file.path, slot);
        return { ...c, file: { ...c.file, slot } };
      }),
    );
  },
  "keeps sizes in 32 bits": (s) =>
    recording(s, (changes) =>
      changes.map((c) =>
        c.kind === "file" ? { ...c, file: { ...c.file, size: (c.file.size ?? 0) | 0 } } : c,
      ),
    ),

  "answers for unknown paths": (s) => ({
    files: async (n, paths) => {
      const found = await s.files(n, paths);
      const [any] = found.values();
      return any ? new Map(paths.map((path) => [path, found.get(path) ?? any])) : found;
    },
  }),
  "looks up a thousand paths at most": (s) => ({ files: (n, paths) => s.files(n, paths.slice(0, 1000)) }),
  "ignores the case of paths": (s) => ({
    files: async (n, paths) => {
      const wanted = new Map(paths.map((path) => [path.toLowerCase(), path]));
      const found = new Map<string, FileRecord>();
      for (const file of await list(s.find({ source: n }))) {
        const path = wanted.get(file.path.toLowerCase());
        if (path !== undefined) found.set(path, file);
      }
      return found;
    },
  }),
  "drops reasons": (s) => eachFile(s, (file) => ({ ...file, reason: undefined })),
  "builds locations from names": (s) =>
    eachFile(s, (file) => ({ ...file, location: file.location && `radar/${base(file.path)}` })),

  "applies changes one by one": (s) => ({
    record: async (changes) => {
      for (const c of changes) await s.record([c]);
    },
  }),
  "drops changes of unknown slots": (s) => ({ record: (changes) => s.record(changes).catch(() => {}) }),
  "applies visits last": (s) => ({
    record: async (changes) => {
      const isVisit = (c: LedgerChange) => c.kind === "visit";
      await s.record(changes.filter((c) => !isVisit(c)));
      await s.record(changes.filter(isVisit));
    },
  }),
  "applies changes from last to first": (s) =>
    recording(s, (changes) => {
      const visits = changes.filter((c) => c.kind === "visit").reverse();
      return [...visits, ...changes.filter((c) => c.kind !== "visit").reverse()];
    }),
  "lets due put off a visit": (s) => ({
    record: async (changes) => {
      for (const c of changes) {
        await s.record([c]);
        if (c.kind !== "due") continue;
        const slot = (await list(s.slots(c.source, always))).find(({ path }) => path === c.path)!;
        await s.record([{ kind: "visit", visit: { ...slot, nextVisitAt: c.at } }]);
      }
    },
  }),
  "refuses to record nothing": (s) => ({
    record: async (changes) => {
      if (changes.length === 0) throw refuse("nothing to record");
      return s.record(changes);
    },
  }),
  "is busy while it records": (s) => {
    let busy = false;
    const record = async (changes: readonly LedgerChange[]) => {
      if (busy) throw refuse("database is locked");
      busy = true;
      await Promise.resolve();
      await s.record(changes).finally(() => (busy = false));
    };
    return { record };
  },
  "takes a thousand changes at most": (s) => ({
    record: async (changes) => {
      if (changes.length > 1000) throw refuse("too many variables");
      return s.record(changes);
    },
  }),
  "hands out what it keeps": (s) => {
    const kept = new Map<string, SlotRecord>();
    return {
      ...recording(s, (changes) => {
        kept.clear();
        return [...changes];
      }),
      ...eachSlot(s, (slot) => {
        const own = kept.get(slot.path) ?? slot;
        kept.set(slot.path, own);
        return own;
      }),
    };
  },

  "finds files by path only": (s) => ({
    find: (q) => changed(s.find(q), (all) => all.sort((a, b) => (a.path < b.path ? -1 : 1))),
  }),
  "orders an instant's files by directory, then name": (s) => ({
    find: (q) =>
      changed(s.find(q), (all) =>
        all.sort(
          (a, b) =>
            (a.observedAt?.getTime() ?? 9e15) - (b.observedAt?.getTime() ?? 9e15) ||
            (folder(a.path) < folder(b.path) || (folder(a.path) === folder(b.path) && a.path < b.path)
              ? -1
              : 1),
        ),
      ),
  }),
  "ignores a file's status": (s) => ({ find: ({ status: _, ...q }) => s.find(q) }),
  "takes files at a range's end": (s) => ({
    find: ({ range, ...q }) =>
      s.find({ ...q, range: range && { ...range, end: range.end && new Date(range.end.getTime() + 1) } }),
  }),
  "ignores the slot asked for": (s) => ({ find: ({ slot: _, ...q }) => s.find(q) }),
  "ignores the limit": (s) => ({ find: ({ limit: _, ...q }) => s.find(q) }),
  "pages files by their time": (s) => ({
    find: async function* (q) {
      const files = await list(s.find(q));
      for (let at = 0; at < files.length;) {
        const page = files.slice(at, at + 1000);
        yield* page;
        const last = page.at(-1)!.observedAt?.getTime() ?? 0;
        at = files.findIndex((file, i) => i >= at + page.length && (file.observedAt?.getTime() ?? 0) > last);
        if (at < 0) return;
      }
    },
  }),
  "pages files by offset": (s) => ({
    find: async function* ({ limit, ...q }) {
      for (let at = 0; at < (limit ?? Infinity); at += 100) {
        const page = (await list(s.find(q))).slice(at, Math.min(at + 100, limit ?? Infinity));
        if (page.length === 0) return;
        yield* page;
      }
    },
  }),
  "is locked until a reader is done": (s) => {
    let readers = 0;
    return {
      find: async function* (q) {
        readers++;
        for (const file of await list(s.find(q))) yield file;
        readers--;
      },
      record: async (changes) => {
        if (readers > 0) throw refuse("database is locked");
        return s.record(changes);
      },
    };
  },

  "leaves zeros out of the summary": (s) => ({
    summarize: async (q) => {
      const summary = await s.summarize(q);
      const slots = Object.fromEntries(Object.entries(summary.slots).filter(([, n]) => n > 0));
      return { ...summary, slots: slots as unknown as typeof summary.slots };
    },
  }),
  "ignores the summary's range": (s) => ({ summarize: ({ source }) => s.summarize({ source }) }),
  "sums up one source only": (s) => ({ summarize: (q) => s.summarize({ source: "radar", ...q }) }),
  "doesn't sum up a source's next visit": (s) => ({
    summarize: async (q) => ({ ...(await s.summarize(q)), nextVisitAt: undefined }),
  }),
  "sums up what it saw first": (s) => {
    let first: ReturnType<StateStore["summarize"]> | undefined;
    return {
      record: async (changes) => {
        await s.record(changes);
        await (first ??= s.summarize({ source: "radar" }));
      },
      summarize: async (q) => (q.source === "radar" && !q.range && (await first)) || s.summarize(q),
    };
  },

  "gives events newest first": (s) => ({ events: (...a) => changed(s.events(...a), (all) => all.reverse()) }),
  "gives a thousand events at most": (s) => ({
    events: (...a) => changed(s.events(...a), (all) => all.slice(0, 1000)),
  }),
  "keeps one event for an instant": (s) => ({
    events: (...a) =>
      changed(s.events(...a), (all) => new Map(all.map((event) => [event.at.getTime(), event])).values()),
  }),
  "gives messages by their ids": (s) => ({
    messages: async (h, n) => (await s.messages(h, 1e9)).sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, n),
  }),
  "gives messages by their times": (s) => ({
    messages: async (h, n) =>
      (await s.messages(h, 1e9)).sort((a, b) => a.at.getTime() - b.at.getTime()).slice(0, n),
  }),
  "has one outbox for all hooks": (s) =>
    recording(s, (changes) =>
      changes.map((c) => {
        if (c.kind === "message") return { ...c, message: { ...c.message, hook: "alarm" } };
        return c.kind === "delivered" ? { ...c, hook: "alarm" } : c;
      }),
    ),
  "counts what was delivered in the backlog": (s) => {
    const total = new Map<string, number>();
    return {
      ...recording(s, (changes) => {
        for (const c of changes)
          if (c.kind === "message") total.set(c.message.hook, (total.get(c.message.hook) ?? 0) + 1);
        return [...changes];
      }),
      backlog: async () => new Map(total),
    };
  },
  "replaces a message that waits": (s) =>
    recording(s, (changes) =>
      changes.flatMap((c): LedgerChange[] =>
        c.kind === "message" ? [{ kind: "delivered", hook: c.message.hook, id: c.message.id }, c] : [c],
      ),
    ),
  "puts messages in before it takes what was delivered out": (s) =>
    recording(s, (changes) => {
      const isDelivered = (c: LedgerChange) => c.kind === "delivered";
      return [...changes.filter((c) => !isDelivered(c)), ...changes.filter(isDelivered)];
    }),
  "takes a message never twice": (s) => {
    const seen = new Set<string>();
    return recording(s, (changes) =>
      changes.filter((c) => {
        if (c.kind !== "message") return true;
        const id = `${c.message.hook} ${c.message.id}`;
        return !seen.has(id) && seen.add(id);
      }),
    );
  },
  "refuses to take out what isn't there": (s) => ({
    record: async (changes) => {
      for (const c of changes) {
        if (c.kind !== "delivered") continue;
        const there = await s.messages(c.hook, 1e9);
        const coming = changes.some((other) => other.kind === "message" && other.message.id === c.id);
        if (!coming && !there.some(({ id }) => id === c.id)) throw refuse("no such message");
      }
      return s.record(changes);
    },
  }),
  "records messages in a transaction of their own": (s) => ({
    record: async (changes) => {
      const isOutbox = (c: LedgerChange) => c.kind === "message" || c.kind === "delivered";
      await s.record(changes.filter(isOutbox));
      await s.record(changes.filter((c) => !isOutbox(c)));
    },
  }),
  "gives a thousand messages at most": (s) => ({ messages: (h, n) => s.messages(h, Math.min(n, 1000)) }),
  "hands out the messages it keeps": (s) => {
    const kept = new Map<string, Awaited<ReturnType<StateStore["messages"]>>>();
    return {
      ...recording(s, (changes) => {
        kept.clear();
        return [...changes];
      }),
      messages: async (h, n) => {
        const own = kept.get(h) ?? (await s.messages(h, 1e9));
        kept.set(h, own);
        return own.slice(0, n);
      },
    };
  },
  "forgets its messages at the end": (s) => {
    let from = 0;
    return {
      close: async () => {
        from = (await s.messages("alarm", 1e9)).length;
        return s.close();
      },
      messages: async (h, n) => (await s.messages(h, 1e9)).slice(from).slice(0, n),
    };
  },
  "leases to everybody": (s) => ({
    lease: async (n, h, ttl, now) => (await s.lease(n, h, ttl, now)) || true,
  }),
  "has one lease for all names": (s) => ({
    lease: (_, ...a) => s.lease("all", ...a),
    leaseHolder: (_, now) => s.leaseHolder("all", now),
  }),
  "lets anybody give a lease back": (s) => ({
    lease: async (n, h, ttl, now) =>
      s.lease(n, ttl === 0 ? ((await s.leaseHolder(n, now)) ?? h) : h, ttl, now),
  }),
  "leases for ever": (s) => ({
    lease: (n, h, ttl) => s.lease(n, h, ttl && 1e12, new Date(0)),
    leaseHolder: (n) => s.leaseHolder(n, new Date(0)),
  }),
  "looks first and leases later": (s) => ({
    lease: async (n, h, ttl, now) => {
      const holder = await s.leaseHolder(n, now);
      if (holder !== undefined && holder !== h) return false;
      await s.lease(n, h, ttl, now);
      return true;
    },
  }),
};
