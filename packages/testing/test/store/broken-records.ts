import type { FileRecord, LedgerChange, SlotRecord } from "@daybook/core";
import {
  type Break,
  always,
  list,
  changed,
  eachFile,
  eachSlot,
  recording,
  base,
  seconds,
  refuse,
} from "./broken-store.js";

/** What goes wrong when changes are recorded. */
export const brokenRecords: Record<string, Break> = {
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
};
