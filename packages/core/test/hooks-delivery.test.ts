import { MemoryStore, type LedgerChange } from "@daybook/core";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, Mirror, put, radarPath } from "./support/mirror.js";
import { mirrorWith, Receiver, SLOT, type Heard } from "./support/receiver.js";

describe("a receiver that is down", () => {
  test("gets everything once it is back, in order per file, also after a restart", async () => {
    const { mirror, receiver } = mirrorWith(["file", "error"], { shutdownTimeout: 5000 });
    receiver.fails = () => true;
    const times = ["01:05:00", "01:15:00", "01:25:00"];
    for (const time of times) put(mirror, `2025-01-01T${time}Z`, "first");
    const began = mirror.clock.now().getTime();
    await mirror.run();
    expect(receiver.messages).toEqual([]);
    // It says what it waits for.
    const [told] = mirror.of("hook-waiting");
    expect(told).toMatchObject({ hook: "test", waiting: 3, until: new Date(told!.at.getTime() + 4000) });
    expect(mirror.clock.now().getTime() - began).toBeGreaterThanOrEqual(5000);
    for (const time of times) put(mirror, `2025-01-01T${time}Z`, "second version");
    await mirror.daybook.retry({ paths: [`${SLOT}/01`] });
    mirror.restart();
    await mirror.run();
    expect(await mirror.store.backlog()).toEqual(new Map([["test", 6]]));
    expect(mirror.of("hook-left").map(({ waiting }) => waiting)).toEqual([3, 6]);
    receiver.fails = () => false;
    mirror.restart();
    await mirror.run();
    expect(await mirror.store.backlog()).toEqual(new Map());
    for (const time of times) {
      const path = radarPath(`2025-01-01T${time}Z`);
      const versions = receiver.heard
        .filter(({ data }) => data["path"] === path)
        .map(({ data }) => data["version"]);
      expect(versions).toEqual([1, 2]);
    }
  });

  test("and one that is slow gets each message once, and no more than its share at a time", async () => {
    const receiver = new Receiver();
    let [underWay, most] = [0, 0];
    receiver.wait = async () => {
      most = Math.max(most, ++underWay);
      await mirror.clock.sleep(500);
      underWay--;
    };
    const mirror = new Mirror({ hooks: [receiver.hook(["file"], { concurrency: 3 })] });
    for (let minute = 10; minute < 40; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    await mirror.run();
    expect(receiver.messages).toHaveLength(30);
    expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(30);
    expect(most).toBe(3);
  });

  test("is told of one file by one message after the other", async () => {
    const { mirror, receiver } = mirrorWith(["file"], { shutdownTimeout: 0 });
    const path = put(mirror, "2025-01-01T01:05:00Z", "first");
    receiver.fails = () => true;
    await mirror.run();
    put(mirror, "2025-01-01T01:05:00Z", "second version");
    await mirror.daybook.retry({ paths: [`${SLOT}/01`] });
    mirror.restart();
    await mirror.run();
    const messages = await mirror.store.messages("test", 9);
    expect(messages).toHaveLength(2);
    // The first fails once more, and the second could have passed it.
    let failures = 1;
    receiver.fails = ({ id }) => id === messages[0]!.id && failures-- > 0;
    const late = new Mirror({
      store: mirror.store,
      shutdownTimeout: MINUTE,
      hooks: [receiver.hook(["file"])],
    });
    await late.run();
    expect(receiver.heard.map(({ data }) => [data["path"], data["version"]])).toEqual([[path, 1], [path, 2]]); // prettier-ignore
  });

  test("is asked by one message at a time, less and less often, and told of in one line", async () => {
    const { mirror, receiver } = mirrorWith(["file"], {
      now: "2025-01-01T01:30:00Z",
      source: { end: "2025-01-02T00:00:00Z" },
    });
    receiver.fails = () => true;
    for (let minute = 10; minute < 30; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    const stop = new AbortController();
    const run = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(HOUR);
    expect(receiver.refused).toBeGreaterThan(50);
    expect(receiver.refused).toBeLessThan(100);
    expect(mirror.of("hook-failing")).toHaveLength(1);
    const [failing] = mirror.of("hook-failing");
    const told = mirror.of("hook-down");
    expect(told.map(({ since, error }) => [since, error.detail])).toEqual([[failing!.at, "made up: the receiver is down"]]); // prettier-ignore
    expect(told[0]!.waiting).toBeGreaterThan(1);
    receiver.fails = () => false;
    await mirror.clock.advance(2 * MINUTE);
    expect(receiver.messages).toHaveLength(20);
    expect(mirror.of("hook-recovered")).toHaveLength(1);
    stop.abort();
    await mirror.clock.runUntil(run);
  });

  test("for one message only gets the others, and that one when it can", async () => {
    const { mirror, receiver } = mirrorWith(["file"], { shutdownTimeout: 10 * MINUTE });
    const poison = put(mirror, "2025-01-01T01:05:00Z");
    for (let minute = 10; minute < 60; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    receiver.fails = ({ body }) => body.includes(poison) && receiver.messages.length < 50;
    await mirror.run();
    expect(receiver.messages).toHaveLength(51);
    expect(receiver.heard.at(-1)!.data["path"]).toBe(poison);
  });

  test("for long has its oldest messages dropped, and is told how many and which", async () => {
    const { mirror, receiver } = mirrorWith(
      ["file"],
      { now: "2025-01-01T01:30:00Z", source: { end: "2025-01-02T00:00:00Z" } },
      { maxWaiting: 20 },
    );
    receiver.fails = () => true;
    for (let minute = 10; minute < 30; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    const stop = new AbortController();
    const run = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(5 * MINUTE);
    const ids = (await mirror.store.messages("test", 100)).map(({ id }) => id);
    expect(ids).toHaveLength(20);
    for (let minute = 30; minute < 34; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    await mirror.clock.advance(5 * MINUTE);
    receiver.fails = () => false;
    await mirror.clock.advance(2 * MINUTE);
    stop.abort();
    await mirror.clock.runUntil(run);
    const [dropped, ...more] = receiver.of("dropped");
    expect(more).toEqual([]);
    const count = dropped!.data["count"] as number;
    expect(receiver.of("file")).toHaveLength(24 - count);
    expect(dropped!.data).toMatchObject({
      reason: "too many were waiting",
      first: { id: ids[0] },
      last: { id: ids[count - 1] },
    });
    expect(mirror.of("hook-dropped").map((event) => event.count)).toEqual([count]);
  });

  test("for longer than it is waited for has what is too old dropped", async () => {
    const { mirror, receiver } = mirrorWith(
      ["file"],
      { now: "2025-01-01T01:30:00Z", source: { end: "2025-01-02T00:00:00Z" } },
      { giveUpAfter: HOUR },
    );
    receiver.fails = () => true;
    put(mirror, "2025-01-01T01:05:00Z");
    const stop = new AbortController();
    const run = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(2 * HOUR);
    receiver.fails = () => false;
    await mirror.clock.advance(2 * MINUTE);
    stop.abort();
    await mirror.clock.runUntil(run);
    expect(receiver.heard.map(({ type, data }) => [type, data["count"]])).toEqual([["dropped", 1]]);
  });
});

test("what happened and what is told of it are one transaction", async () => {
  const store = new MemoryStore();
  const transactions: (readonly LedgerChange[])[] = [];
  const record = store.record.bind(store);
  store.record = (changes) => {
    transactions.push(changes);
    return record(changes);
  };
  const { mirror } = mirrorWith(["file", "group", "slot", "gap"], { store }, { group: { expect: ["DBZH"] } });
  const path = put(mirror, "2025-01-01T01:05:00Z");
  await mirror.run();
  const bodies = (changes: readonly LedgerChange[]) =>
    changes.flatMap((change) =>
      change.kind === "message" ? [JSON.parse(change.message.body) as Heard] : [],
    );
  const stored = transactions.find((changes) =>
    changes.some((change) => change.kind === "file" && change.file.status === "stored"),
  )!;
  expect(bodies(stored).map(({ type }) => type)).toEqual(["file", "group", "slot"]);
  expect(bodies(stored)[0]!.data["path"]).toBe(path);
  for (const changes of transactions)
    for (const { type, data } of bodies(changes))
      if (type === "slot" || type === "gap")
        expect(changes.some((change) => change.kind === "visit" && change.visit.path === data["slot"])).toBe(
          true,
        );
});

test("without hooks nothing is put in the outbox", async () => {
  const store = new MemoryStore();
  const mirror = new Mirror({ store });
  put(mirror, "2025-01-01T01:05:00Z");
  await mirror.run();
  expect(await store.backlog()).toEqual(new Map());
});

test("what is too old is dropped by runs that are short as well", async () => {
  const { mirror, receiver } = mirrorWith(["file"], { shutdownTimeout: 2000 }, { giveUpAfter: HOUR });
  receiver.fails = () => true;
  for (let minute = 10; minute < 20; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
  await mirror.run({ once: true });
  await mirror.clock.advance(2 * HOUR);
  mirror.restart();
  await mirror.run({ once: true });
  expect(mirror.of("hook-dropped").map(({ count }) => count)).toEqual([10]);
  expect(await mirror.store.backlog()).toEqual(new Map([["test", 1]]));
});

test("a message that fails is dropped when it is too old, and no other with it", async () => {
  const { mirror, receiver } = mirrorWith(
    ["file"],
    { now: "2025-01-01T01:30:00Z", source: { end: "2025-01-02T00:00:00Z" } },
    { giveUpAfter: 10 * MINUTE, concurrency: 1 },
  );
  receiver.wait = () => mirror.clock.sleep(2 * MINUTE);
  const poison = put(mirror, "2025-01-01T01:10:00Z");
  for (let minute = 11; minute < 30; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
  receiver.fails = ({ id, body }) => !id.startsWith("dropped_") && body.includes(poison);
  const stop = new AbortController();
  const run = mirror.daybook.run({ signal: stop.signal });
  await mirror.clock.advance(2 * HOUR);
  stop.abort();
  await mirror.clock.runUntil(run);
  expect(receiver.of("file")).toHaveLength(19);
  expect(receiver.of("dropped").map(({ data }) => data["count"])).toEqual([1]);
});

test("a receiver that is only slow gets every message, however many wait and however old they are", async () => {
  const { mirror, receiver } = mirrorWith(
    ["file"],
    { now: "2025-01-01T01:30:00Z", source: { end: "2025-01-02T00:00:00Z" } },
    { maxWaiting: 5, giveUpAfter: 10 * MINUTE, concurrency: 1 },
  );
  receiver.wait = () => mirror.clock.sleep(2 * MINUTE);
  for (let minute = 10; minute < 30; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
  const stop = new AbortController();
  const run = mirror.daybook.run({ signal: stop.signal });
  await mirror.clock.advance(HOUR);
  stop.abort();
  await mirror.clock.runUntil(run);
  expect(receiver.of("file")).toHaveLength(20);
  expect(mirror.of("hook-dropped")).toEqual([]);
});
