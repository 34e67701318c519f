import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FailoverOptions, FileRecord } from "@daybook/core";
import { FtpServer, RemoteTree } from "@daybook/testing";
import type { FtpOptions } from "@daybook/transport-ftp";
import { expect, onTestFinished, test } from "vitest";
import { mirrorOf, storedPaths } from "./support/failover.js";
import { LONG_AGO, radarFile } from "./support/in-process.js";
import { randomFrom } from "./support/random.js";

/** A radar's three hours of files, some of them larger than what is on its way at once. */
function radarTree(): RemoteTree {
  const tree = new RemoteTree();
  for (let n = 0; n < 12; n++) {
    const time = `0${n % 3}:${String(5 * n + 1).padStart(2, "0")}:00`;
    tree.put(radarFile(time), Buffer.alloc(n % 4 === 0 ? 400_000 : 20_000, `file ${n}, `), LONG_AGO);
  }
  return tree;
}

async function twoServers(tree: RemoteTree, ftp: Partial<FtpOptions> = {}, options: FailoverOptions = {}) {
  const servers = [await FtpServer.start({ tree }), await FtpServer.start({ tree })] as const;
  for (const server of servers) onTestFinished(() => server.close());
  return { ...mirrorOf(servers, { trust: "any", ...options }, ftp), servers, tree };
}

/** All files are here once, as they are at the server. */
async function expectAllHome({
  daybook,
  events,
  tree,
  home,
}: Awaited<ReturnType<typeof twoServers>>): Promise<void> {
  const files: FileRecord[] = [];
  for await (const file of daybook.files()) files.push(file);
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const wanted = tree.files().map((path) => `${path} stored 1 ${sha256(tree.bytes(path)!)}`);
  expect(files.map((f) => `${f.path} ${f.status} ${f.version} ${f.sha256}`).sort()).toEqual(wanted.sort());
  for (const file of files) expect(sha256(readFileSync(join(home, file.location!)))).toBe(file.sha256);
  expect(storedPaths(events)).toEqual(tree.files().sort());
}

/** Calls `strike` when a server gets its nth command. */
function atCommand(server: FtpServer, n: number, strike: () => void): void {
  const { faults } = server;
  const take = faults.take.bind(faults);
  let count = 0;
  faults.take = (command, path) => {
    if (++count === n) strike();
    return take(command, path);
  };
}

const SEED = Number(process.env.SEED ?? 20260601);
const random = randomFrom(SEED);
// How many a whole crawl takes is about 90; a few of them, others with another seed.
const COMMANDS = [1, 2, ...Array.from({ length: 8 }, () => 3 + Math.floor(random() * 80))];

test.each(COMMANDS)(
  `the first server dies at its command %i (SEED=${SEED}): all comes from the other`,
  async (n) => {
    const place = await twoServers(radarTree());
    const [first] = place.servers;
    atCommand(first, n, () => void first.goDown());
    expect((await place.daybook.run()).outcome).toBe("complete");
    await expectAllHome(place);
    expect(place.events.filter(({ type }) => type === "host-down")).toEqual([]);
  },
);

test("a server dies in the middle of a file: the other goes on where it was", async () => {
  const place = await twoServers(radarTree(), { connections: 1 });
  const [first, second] = place.servers;
  first.faults.onRetr = (_, sent) => (sent > 150_000 ? first.goDown() : undefined);
  expect((await place.daybook.run()).outcome).toBe("complete");
  await expectAllHome(place);
  const restarts = second.commands.filter((command) => /^REST [1-9]/.test(command));
  expect(restarts).toHaveLength(1);
});

test("a server that keeps silent costs one time-out, however much there is to fetch", async () => {
  const place = await twoServers(radarTree(), { timeout: 300 });
  const [first] = place.servers;
  first.faults.add({ on: "CONNECT", wait: new Promise(() => {}) });
  expect((await place.daybook.run()).outcome).toBe("complete");
  await expectAllHome(place);
  const lost = place.events.filter(({ type }) => type === "host-lost");
  expect(lost.length).toBeGreaterThan(0);
  expect(place.events.filter(({ type }) => type === "file-failed" || type === "host-down")).toEqual([]);
});

test("a wrong password at one server stops nothing, and is told", async () => {
  const tree = radarTree();
  const place = await twoServers(tree);
  const [first] = place.servers;
  first.faults.add({ on: "PASS", reply: "530 Login incorrect." });
  expect((await place.daybook.run()).outcome).toBe("complete");
  await expectAllHome(place);
  const lost = place.events.filter((event) => event.type === "host-lost");
  expect(lost.map(({ host, error }) => [host, error.kind])).toEqual([
    [`ftp://127.0.0.1:${first.port}`, "auth"],
  ]);
  expect(first.commands.filter((command) => command.startsWith("PASS"))).toHaveLength(1);
});

test("in turn, both serve", async () => {
  const place = await twoServers(radarTree(), {}, { order: "round-robin", trust: undefined });
  expect((await place.daybook.run()).outcome).toBe("complete");
  await expectAllHome(place);
  const retrieved = place.servers.map(({ commands }) => commands.filter((c) => c.startsWith("RETR")).length);
  expect(retrieved[0]! + retrieved[1]!).toBe(12);
  for (const count of retrieved) expect(count).toBeGreaterThan(0);
});

test("the first settles what the mirror brought, once it is back", async () => {
  const place = await twoServers(radarTree(), {}, { trust: "first" });
  const [first] = place.servers;
  await first.goDown();
  const running = place.daybook.run();
  const stored = () => place.events.filter(({ type }) => type === "file-stored").length;
  await expect.poll(stored, { timeout: 10_000 }).toBe(12);
  const [status] = await place.daybook.status();
  expect(status!.summary.settled).toBe(0);
  await first.comeUp();
  expect((await running).outcome).toBe("complete");
  await expectAllHome(place);
  expect(first.commands.filter((command) => command.startsWith("RETR"))).toEqual([]);
});
