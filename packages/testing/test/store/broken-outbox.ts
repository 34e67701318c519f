import type { LedgerChange, StateStore } from "@daybook/core";
import { type Break, recording, refuse } from "./broken-store.js";

/** What goes wrong with messages and leases. */
export const brokenOutbox: Record<string, Break> = {
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
