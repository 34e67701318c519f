import type { StateStore } from "@daybook/core";
import { type Break, list, changed, folder, refuse } from "./broken-store.js";

/** What goes wrong when files, summaries and events are asked for. */
export const brokenFinds: Record<string, Break> = {
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
};
