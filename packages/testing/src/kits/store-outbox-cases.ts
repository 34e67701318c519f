import assert from "node:assert/strict";
import type { LedgerChange, OutboxMessage, StateStore } from "@daybook/core";
import type { StoreCase, StoreTraits } from "./store-fixture.js";
import {
  aFile,
  all,
  always,
  aVisit,
  fileOf,
  hour,
  rejects,
  same,
  SOURCE,
  storedFile,
} from "./store-fixture.js";

const messageOf = (id: string, fields: Partial<OutboxMessage> = {}): OutboxMessage => ({
  hook: "alarm",
  id,
  key: "k1",
  at: hour(1),
  body: `{"id":"${id}"}`,
  ...fields,
});
const aMessage = (message: OutboxMessage): LedgerChange => ({ kind: "message", message });
const delivered = (id: string, hook = "alarm"): LedgerChange => ({ kind: "delivered", hook, id });

async function waiting(store: StateStore, hook = "alarm"): Promise<string[]> {
  return (await store.messages(hook, 10_000)).map(({ id }) => id);
}

export function storeOutboxCases({ persistent }: StoreTraits): StoreCase[] {
  return persistent ? [...anyStore, ...persistentStore] : anyStore;
}

const anyStore: StoreCase[] = [
  {
    name: "messages come back as recorded, in the order they were recorded, whatever their ids, keys and times",
    async run({ store }) {
      const messages = [
        messageOf("z", { at: hour(3) }),
        messageOf("m", { key: "k2", at: new Date(hour(1).getTime() + 1) }),
        messageOf("a", { at: hour(2), body: '{"path":"/it\'s \\"full\\"\\n🛰","n":1}' }),
      ];
      await store.record(messages.slice(0, 2).map(aMessage));
      await store.record(messages.slice(2).map(aMessage));
      same(await store.messages("alarm", 10), messages);
      same(await store.messages("alarm", 2), messages.slice(0, 2));
    },
  },
  {
    name: "hooks have their own messages; the backlog counts them and leaves out hooks without any",
    async run({ store }) {
      same([await store.backlog(), await store.messages("alarm", 10)], [new Map(), []]);
      await store.record([
        aMessage(messageOf("a")),
        aMessage(messageOf("a", { hook: "log" })),
        aMessage(messageOf("b", { hook: "log" })),
      ]);
      same([await waiting(store), await waiting(store, "log")], [["a"], ["a", "b"]]);
      same(await store.backlog(), new Map([["alarm", 1], ["log", 2]])); // prettier-ignore
      await store.record([delivered("a")]);
      same([await waiting(store), await waiting(store, "log")], [[], ["a", "b"]]);
      same(await store.backlog(), new Map([["log", 2]]));
    },
  },
  {
    name: "a message recorded again while it waits is there once, as it was, in its place",
    async run({ store }) {
      const again = aMessage(messageOf("a", { body: "{}", key: "other", at: hour(9) }));
      await store.record([aMessage(messageOf("a")), aMessage(messageOf("b")), again]);
      await store.record([again, aMessage(messageOf("c"))]);
      same(await store.messages("alarm", 10), ["a", "b", "c"].map((id) => messageOf(id))); // prettier-ignore
    },
  },
  {
    name: "what was delivered is gone; delivering it again, or what was never there, changes nothing",
    async run({ store }) {
      await store.record([aMessage(messageOf("a")), aMessage(messageOf("b")), aMessage(messageOf("c"))]);
      await store.record([delivered("b"), delivered("b"), delivered("never")]);
      await store.record([delivered("b"), delivered("a", "log")]);
      same(await waiting(store), ["a", "c"]);
      await store.record([delivered("c"), delivered("a")]);
      same(await waiting(store), []);
    },
  },
  {
    name: "a message recorded after it was delivered is a new one, behind those that wait, also within one call",
    async run({ store }) {
      await store.record([aMessage(messageOf("a")), aMessage(messageOf("b"))]);
      await store.record([delivered("a")]);
      await store.record([aMessage(messageOf("a"))]);
      same(await waiting(store), ["b", "a"]);
      await store.record([
        delivered("b"),
        aMessage(messageOf("b")),
        aMessage(messageOf("c")),
        delivered("c"),
      ]);
      same(await waiting(store), ["a", "b"]);
    },
  },
  {
    name: "a message is recorded with the changes beside it or not at all, and needs no slot of its own",
    async run({ store }) {
      await store.record([aMessage(messageOf("first"))]);
      await rejects(
        store.record([
          aMessage(messageOf("a")),
          delivered("first"),
          aFile(fileOf("lost", { slot: "/unknown" })),
        ]),
        "store",
      );
      same(await waiting(store), ["first"]);
      await store.record([aVisit(0), aFile(storedFile("a")), aMessage(messageOf("a")), delivered("first")]);
      same(await waiting(store), ["a"]);
      same((await all(store.slots(SOURCE, always))).length, 1);
    },
  },
  {
    name: "thousands of messages of one call stay in its order",
    async run({ store }) {
      const ids = Array.from({ length: 2_500 }, (_, i) => `${(i * 7919) % 2_500}`);
      await store.record(ids.map((id) => aMessage(messageOf(id))));
      same(await waiting(store), ids);
      await store.record(ids.slice(0, 2_400).map((id) => delivered(id)));
      same(await waiting(store), ids.slice(2_400));
      same(await store.backlog(), new Map([["alarm", 100]]));
    },
  },
  {
    name: "messages handed out are copies",
    async run({ store }) {
      const message = messageOf("a", { at: hour(4) });
      await store.record([aMessage(message)]);
      message.at.setTime(0);
      (await store.messages("alarm", 1))[0]!.at.setTime(0);
      (await store.backlog()).clear();
      same(await store.messages("alarm", 1), [messageOf("a", { at: hour(4) })]);
      same((await store.backlog()).size, 1);
    },
  },
];

const persistentStore: StoreCase[] = [
  {
    name: "messages that wait outlive a close, in their order",
    async run({ store, reopen }) {
      assert.ok(reopen, "the fixture of a persistent store has reopen()");
      const messages = ["c", "a", "d", "b"].map((id) => messageOf(id, { key: `key ${id}` }));
      await store.record(messages.map(aMessage));
      await store.record([delivered("a")]);
      const again = await reopen();
      await again.record([aMessage(messageOf("e"))]);
      same(await again.messages("alarm", 10), [...messages.filter(({ id }) => id !== "a"), messageOf("e")]);
    },
  },
];
