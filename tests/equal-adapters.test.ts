import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ClockToken,
  createDaybook,
  jsonStore,
  localDestination,
  memoryStore,
  radarLayout,
  StateStoreToken,
  SystemClock,
  type Clock,
  type FileRecord,
  type Plugin,
  type SlotRecord,
  type StateStore,
  type Transport,
} from "@daybook/core";
import { postgresStore } from "@daybook/store-postgres";
import { sqliteStore } from "@daybook/store-sqlite";
import { FtpServer, memoryTransport, type FtpServerOptions } from "@daybook/testing";
import { ftpTransport } from "@daybook/transport-ftp";
import { sftpTransport } from "@daybook/transport-sftp";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  startServer,
  type EmbeddedServer,
} from "../packages/store-postgres/test/support/embedded-server.mjs";
import { login } from "../packages/transport-sftp/test/support/place.js";
import { SftpServer } from "../packages/transport-sftp/test/support/sftp-server.js";
import { temporaryFolder } from "./support/in-process.js";
import { HOURS, randomTree, START } from "./support/random-tree.js";
import { hashes } from "./support/trees.js";

const HOUR = 3_600_000;
const END = START + HOURS * HOUR;
const seed = Number(process.env.DAYBOOK_SEED ?? Date.now() % 2 ** 31);
const tree = randomTree(seed);

/** The machine's clock, set back to days after the tree's: listings then show minutes instead of years. */
const clock: Clock = new (class extends SystemClock {
  readonly #back = Date.now() - (END + 72 * HOUR);
  override now() {
    return new Date(super.now().getTime() - this.#back);
  }
})();

async function ftp(options: Partial<FtpServerOptions>): Promise<Plugin<Transport>> {
  const server = await FtpServer.start({ tree, clock, ...options });
  onTestFinished(() => server.close());
  return ftpTransport({ host: server.host, port: server.port });
}

const transports: Record<string, () => Promise<Plugin<Transport>>> = {
  memory: async () => memoryTransport({ tree }),
  "FTP with MLSD": () => ftp({ style: "mlsd", missingDirectory: "450" }),
  "FTP with LIST": () => ftp({ style: "list", missingDirectory: "empty" }),
  async SFTP() {
    const server = await new SftpServer({ tree }).start();
    onTestFinished(() => server.stop());
    return sftpTransport(login(server));
  },
};

let postgres: EmbeddedServer | undefined;
let schemas = 0;

const stores: Record<string, (folder: string) => Plugin<StateStore>> = {
  memory: () => memoryStore(),
  JSON: (folder) => jsonStore({ path: join(folder, "ledger.json") }),
  SQLite: (folder) => sqliteStore({ path: join(folder, "state.db") }),
  PostgreSQL: () => postgresStore({ connectionString: postgres!.url(), schema: `equal_${++schemas}` }),
};

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const toMinute = (time: Date | undefined) => time && new Date(Math.floor(time.getTime() / 60_000) * 60_000);

/** All but when it happened, with mtimes as coarse as the coarsest listing's. */
function timeless(record: FileRecord | SlotRecord): object {
  const { firstSeenAt, storedAt, visitedAt, listedAt, ...rest } = record as FileRecord & SlotRecord;
  const when = [firstSeenAt, storedAt, visitedAt, listedAt].map((time) => time !== undefined);
  const known = Object.entries({ ...rest, modifiedAt: toMinute(rest.modifiedAt), when });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

async function crawl(transport: Plugin<Transport>, store: (folder: string) => Plugin<StateStore>) {
  const folder = temporaryFolder();
  const { create, ...plugin } = store(folder);
  let ledger!: StateStore;
  const daybook = createDaybook({
    plugins: [
      { ...plugin, provides: StateStoreToken, create: (deps) => (ledger = create(deps)) },
      localDestination({ path: join(folder, "downloads"), sync: false }),
      { name: "clock", provides: ClockToken, create: () => clock },
    ],
    sources: [
      {
        name: "RMA1",
        plugins: [transport],
        layout: radarLayout("RMA1"),
        start: new Date(START),
        end: new Date(END),
      },
    ],
  });
  onTestFinished(() => daybook.close());
  const { outcome } = await daybook.run();
  const gaps = await collect(daybook.gaps());
  const [status] = await daybook.status();
  const files = await collect(ledger.find({ source: "RMA1" }));
  const slots = await collect(ledger.slots("RMA1", { start: new Date(0) }));
  return {
    outcome,
    gaps,
    summary: status!.summary,
    files: files.map(timeless),
    slots: slots.map(timeless),
    home: hashes(join(folder, "downloads")),
    read: (location: string) => readFileSync(join(folder, "downloads", location)),
  };
}

const pairs = Object.keys(transports).flatMap((transport) =>
  Object.keys(stores).map((store) => [transport, store] as const),
);

describe(`a random tree (DAYBOOK_SEED=${seed})`, () => {
  beforeAll(async () => {
    postgres = await startServer().catch((error: unknown) => {
      if (process.env.CI) throw error;
      console.warn(`without PostgreSQL: ${String(error)}`);
      return undefined;
    });
  });
  afterAll(() => postgres?.close());

  let expected: Omit<Awaited<ReturnType<typeof crawl>>, "read"> | undefined;

  test("comes home as it is at the source", async () => {
    const { read, ...found } = await crawl(await transports.memory!(), stores.memory!);
    expected = found;
    const wanted = tree.files().filter((path) => path.endsWith(".BUFR"));
    expect(found.home.size).toBe(wanted.length);
    expect(found.files).toHaveLength(wanted.length);
    for (const path of wanted)
      expect(read(`RMA1${path.slice("/L2/RMA1".length)}`).equals(tree.bytes(path)!), path).toBe(true);
    expect(found.slots).toHaveLength(HOURS);
    expect(found.gaps.length).toBeGreaterThan(0);
  });

  test.for(pairs)(
    "through %s into %s ends in the same tree and the same ledger",
    async ([transport, store], { skip }) => {
      if (store === "PostgreSQL" && postgres === undefined) return skip("PostgreSQL can't be started here");
      const { read: _, ...found } = await crawl(await transports[transport]!(), stores[store]!);
      expect(found).toEqual(expected);
    },
  );
});
