import { MemoryStore } from "@daybook/core";
import { type Break, bindAll, list, changed, recording, refuse, believing } from "./broken-store.js";

/** What goes wrong with a store as a whole, with its slots and with what was planned. */
export const brokenSlots: Record<string, Break> = {
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
  "ignores when slots were visited": (s) => ({
    slots: (n, r, f) => s.slots(n, r, { ...f, visitedAfter: undefined }),
  }),
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
};
