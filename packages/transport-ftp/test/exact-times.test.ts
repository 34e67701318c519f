import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  allOf,
  ClockToken,
  createDaybook,
  localDestination,
  MemoryStore,
  StateStoreToken,
  SystemClock,
  template,
  type Clock,
  type FileRecord,
} from "@daybook/core";
import { FtpServer, RemoteTree } from "@daybook/testing";
import { ftpTransport } from "@daybook/transport-ftp";
import { expect, it, onTestFinished } from "vitest";

const COUNT = 30;
const MINUTE = 60_000;
const BEGAN = Date.UTC(2025, 0, 1, 18, 30, 40);
const pathOf = (n: number) => `/R/2025/01/01/18/f${n}_20250101T1830${String(n).padStart(2, "0")}Z.BUFR`;

/** A clock that goes on as it does, and is told what time it is. */
class ToldClock extends SystemClock implements Clock {
  #shift = BEGAN - Date.now();

  advance(ms: number): void {
    this.#shift += ms;
  }

  override now(): Date {
    return new Date(Date.now() + this.#shift);
  }
}

/** Files of the minute that isn't over, each fetched at once, and looked at again two minutes later. */
async function followed(style: "list" | "mlsd", { ahead = 0, rewritten = [] as number[] } = {}) {
  const tree = new RemoteTree();
  const clock = new ToldClock();
  const put = (n: number, text: string, second: number) =>
    tree.put(pathOf(n), text, new Date(BEGAN - 40_000 + ahead + second * 1000));
  for (let n = 1; n <= COUNT; n++) put(n, "AAAA", n);
  const server = await FtpServer.start({ tree, style, clock });
  const path = mkdtempSync(join(tmpdir(), "daybook-exact-"));
  const store = new MemoryStore();
  const daybook = createDaybook({
    plugins: [
      { name: "store", provides: StateStoreToken, create: () => store },
      { name: "clock", provides: ClockToken, create: () => clock },
      localDestination({ path }),
    ],
    sources: [
      {
        name: "R",
        plugins: [ftpTransport({ host: server.host, port: server.port, connections: 3 })],
        layout: template("/R/{yyyy}/{MM}/{dd}/{HH}/{id}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR"),
        start: "2025-01-01T18:00:00Z",
        end: "2025-01-01T19:00:00Z",
        ready: allOf(),
      },
    ],
  });
  onTestFinished(async () => {
    await daybook.close();
    await server.close();
    rmSync(path, { recursive: true, force: true });
  });
  await daybook.run({ once: true });
  for (const n of rewritten) put(n, "BBBB", 50);
  for (let look = 0; look < 3; look++) {
    clock.advance(2 * MINUTE);
    await daybook.run({ once: true });
  }
  const files: FileRecord[] = [];
  for await (const file of daybook.files()) files.push(file);
  const count = (verb: string) => server.commands.filter((command) => command.startsWith(`${verb} `)).length;
  return { files, count };
}

it.each([
  ["is right", 0],
  ["is ten minutes ahead", 10 * MINUTE],
  ["is ten minutes behind", -10 * MINUTE],
])(
  "a live radar on a server that lists minutes, and whose clock %s, has each of its files read once",
  async (_, ahead) => {
    const { files, count } = await followed("list", { ahead });
    expect(files.map(({ status, version }) => `${status} ${version}`)).toEqual(
      Array.from({ length: COUNT }, () => "stored 1"),
    );
    expect(count("RETR")).toBe(COUNT);
    // Before each is read and once its minute is over; none where it surely was.
    expect(count("MDTM")).toBeLessThanOrEqual(2 * COUNT + 1);
  },
);

it("what was written again within the minute is read once more, and nothing else", async () => {
  const { files, count } = await followed("list", { rewritten: [3, 17] });
  expect(count("RETR")).toBe(COUNT + 2);
  expect(files.filter(({ version }) => version === 2)).toHaveLength(2);
});

it("nothing is asked, and nothing read twice, where listings say seconds", async () => {
  const { files, count } = await followed("mlsd");
  expect(files.every(({ status, version }) => status === "stored" && version === 1)).toBe(true);
  expect([count("RETR"), count("MDTM"), count("SIZE")]).toEqual([COUNT, 0, 0]);
});
