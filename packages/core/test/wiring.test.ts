import "reflect-metadata";
import { container, injectable } from "tsyringe";
import {
  ClockToken,
  createDaybook,
  DestinationToken,
  localDestination,
  MemoryStore,
  memoryStore,
  StateStoreToken,
  template,
  TransportToken,
  type DaybookOptions,
  type Plugin,
} from "@daybook/core";
import { FakeClock, MemoryTransport, memoryTransport, RemoteTree } from "@daybook/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collect } from "./support/mirror.js";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "daybook-wiring-"))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

function options(tree: RemoteTree, more: Partial<DaybookOptions> = {}): DaybookOptions {
  return {
    plugins: [memoryStore(), localDestination({ path: home })],
    sources: [
      {
        name: "logs",
        plugins: [memoryTransport({ tree })],
        layout: template("/logs/{yyyy}-{MM}-{dd}/{HH}.log"),
        start: "2025-01-01T00:00:00Z",
        end: "2025-01-02T00:00:00Z",
      },
    ],
    ...more,
  };
}

function aTree(): RemoteTree {
  const tree = new RemoteTree();
  tree.put("/logs/2025-01-01/18.log", "an hour", new Date("2025-01-01T19:00:00Z"));
  return tree;
}

describe("createDaybook", () => {
  it("opens and connects nothing until it is used", async () => {
    const made: string[] = [];
    const watch = <T>(plugin: Plugin<T>): Plugin<T> => ({
      ...plugin,
      create: (deps) => (made.push(plugin.name), plugin.create(deps)),
    });
    const { plugins, sources } = options(aTree());
    const daybook = createDaybook({
      plugins: plugins.map(watch),
      sources: sources.map((source) => ({ ...source, plugins: source.plugins.map(watch) })),
    });
    expect(made).toEqual([]);
    await daybook.status();
    expect(made).toEqual(["memory"]);
    await daybook.close();
  });

  it("refuses a second plugin for a token that is taken", () => {
    expect(() => createDaybook(options(aTree(), { plugins: [memoryStore(), memoryStore()] }))).toThrow(
      /two plugins/,
    );
  });

  it("says what is missing", async () => {
    const daybook = createDaybook(options(aTree(), { plugins: [memoryStore()] }));
    await expect(daybook.run()).rejects.toThrow(/no plugin provides Destination/);
    await daybook.close();
  });

  it.each([
    [{ start: "2025-01-01T00:00" }, /no time zone/],
    [{ end: "2024-01-01T00:00Z" }, /not after its start/],
    [{ name: "../up" }, /can't name a source/],
    [{ name: ".hidden" }, /begins with a dot/],
    [{ maxAttempts: 0 }, /maxAttempts/],
    [{ poll: -1 }, /poll/],
  ])("refuses %j with a clear message", (wrong, message) => {
    const { plugins, sources } = options(aTree());
    expect(() => createDaybook({ plugins, sources: [{ ...sources[0]!, ...wrong }] })).toThrow(message);
  });

  it("creates a plugin that several sources name by the same key once, and closes it once", async () => {
    const tree = aTree();
    let created = 0;
    let closed = 0;
    const shared = (): Plugin => ({
      name: "shared",
      provides: TransportToken,
      key: "one server",
      create: () => {
        created++;
        const transport = new MemoryTransport({ tree });
        return Object.assign(transport, { close: async () => void closed++ });
      },
    });
    const { plugins, sources } = options(tree);
    const daybook = createDaybook({
      plugins,
      sources: ["a", "b", "c"].map((name) => ({ ...sources[0]!, name, plugins: [shared()] })),
    });
    expect((await daybook.run()).outcome).toBe("complete");
    expect(created).toBe(1);
    await daybook.close();
    expect(closed).toBe(1);
  });

  it("uses what an application's own container holds, and leaves it alone", async () => {
    class MyStore extends MemoryStore {
      static closed = 0;
      override async close() {
        MyStore.closed++;
        await super.close();
      }
    }
    injectable()(MyStore);
    const mine = container.createChildContainer();
    mine.registerSingleton(StateStoreToken as symbol, MyStore);
    const daybook = createDaybook({
      ...options(aTree(), { plugins: [localDestination({ path: home })] }),
      container: mine,
    });
    expect((await daybook.run()).outcome).toBe("complete");
    await daybook.close();
    expect(MyStore.closed).toBe(0);
    expect(container.isRegistered(StateStoreToken as symbol, true)).toBe(false);
    expect(container.isRegistered(DestinationToken as symbol, true)).toBe(false);
  });

  it("answers for one source or a part of the range", async () => {
    const tree = aTree();
    tree.put("/logs/2025-01-01/20.log", "another", new Date("2025-01-01T21:00:00Z"));
    const daybook = createDaybook(options(tree));
    await daybook.run();
    const range = { start: new Date("2025-01-01T19:00:00Z"), end: new Date("2025-01-01T21:00:00Z") };
    const files = await collect(daybook.files({ source: "logs", range }));
    expect(files.map(({ path }) => path)).toEqual(["/logs/2025-01-01/20.log"]);
    await expect(daybook.status({ sources: ["nothing"] })).rejects.toMatchObject({ kind: "config" });
    await daybook.close();
  });

  it("plans without fetching or recording anything", async () => {
    const daybook = createDaybook(options(aTree()));
    const plan = await collect(daybook.plan());
    expect(plan).toMatchObject([
      {
        source: "logs",
        path: "/logs/2025-01-01",
        listing: "entries",
        fetch: [{ path: "/logs/2025-01-01/18.log", size: 7 }],
      },
    ]);
    expect((await daybook.status())[0]!.unseen).toBe(1);
    await daybook.close();
  });
});

describe("limits", () => {
  /** What it takes, in s, to fetch 1 MB for each of two sources that share a host. */
  async function seconds(hosts: DaybookOptions["hosts"], rate?: string): Promise<number> {
    const tree = new RemoteTree();
    const clock = new FakeClock(new Date("2025-02-01T00:00:00Z"));
    const names = ["one", "two"];
    for (const name of names)
      tree.put(`/${name}/2025-01-01/18.log`, Buffer.alloc(1e6), new Date("2025-01-01T19:00:00Z"));
    const { plugins, sources } = options(tree, { hosts });
    const daybook = createDaybook({
      hosts,
      plugins: [...plugins, { name: "fake", provides: ClockToken, create: () => clock }],
      sources: names.map((name) => ({
        ...sources[0]!,
        name,
        plugins: [memoryTransport({ tree, endpoint: "memory://Big.Tree:99" })],
        layout: template(`/${name}/{yyyy}-{MM}-{dd}/{HH}.log`),
        limit: rate === undefined ? undefined : { rate },
      })),
    });
    const began = clock.now().getTime();
    const { sources: results } = await clock.runUntil(daybook.run());
    expect(results.map(({ fetched }) => fetched.bytes)).toEqual([1e6, 1e6]);
    await daybook.close();
    return (clock.now().getTime() - began) / 1000;
  }

  it.each(["big.tree", "big.tree:99", "memory://big.tree:99"])(
    "a host's holds for all its sources: %s",
    async (name) => {
      expect(await seconds({ [name]: { limit: { rate: "200kB/s" } } })).toBeCloseTo(10, 0);
    },
  );

  it.each([
    ["a source's own", {}, "100kB/s", 10],
    ["both, where both are", { "big.tree": { limit: { rate: "100kB/s" } } }, "500kB/s", 20],
    ["none, where it is another host's", { "little.tree": { limit: { rate: "1kB/s" } } }, undefined, 0],
  ])("%s holds", async (_, hosts, rate, expected) => {
    expect(await seconds(hosts, rate)).toBeCloseTo(expected, 0);
  });

  it("says whose limit can't be meant", () => {
    const limit = { rate: "fast" };
    expect(() => createDaybook(options(aTree(), { hosts: { h: { limit } } }))).toThrow(
      "limit of host h: rate",
    );
    const { sources } = options(aTree());
    expect(() => createDaybook(options(aTree(), { sources: [{ ...sources[0]!, limit }] }))).toThrow(
      "limit of source logs: rate",
    );
  });
});
