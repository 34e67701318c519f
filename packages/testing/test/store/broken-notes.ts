import type { LedgerNote } from "@daybook/core";
import { type Break, recording } from "./broken-store.js";

/** What goes wrong with notes. */
export const brokenNotes: Record<string, Break> = {
  "tells all notes, whatever the prefix": (s) => ({ notes: () => s.notes("") }),
  "takes a note's prefix for a pattern": (s) => ({
    notes: async (prefix) => {
      const pattern = new RegExp(`^${prefix.replaceAll("%", ".*").replaceAll("_", ".")}`);
      return (await s.notes("")).filter(({ key }) => pattern.test(key));
    },
  }),
  "keeps the first note of a key": (s) => ({
    record: async (changes) => {
      const known = new Set((await s.notes("")).map(({ key }) => key));
      await s.record(changes.filter((c) => c.kind !== "note" || c.value === undefined || !known.has(c.key)));
    },
  }),
  "never forgets a note": (s) =>
    recording(s, (changes) => changes.filter((c) => c.kind !== "note" || c.value !== undefined)),
  "notes apart from its other changes": (s) => ({
    record: async (changes) => {
      await s.record(changes.filter((c) => c.kind === "note"));
      await s.record(changes.filter((c) => c.kind !== "note"));
    },
  }),
  "keeps notes in memory": (s) => {
    const notes = new Map<string, LedgerNote>();
    return {
      record: async (changes) => {
        await s.record(changes);
        for (const c of changes)
          if (c.kind === "note" && c.value !== undefined) notes.set(c.key, { ...c, value: c.value });
          else if (c.kind === "note") notes.delete(c.key);
      },
      notes: async () => [...notes.values()],
      open: async () => (notes.clear(), s.open()),
    };
  },
};
