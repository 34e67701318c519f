import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createDaybook,
  localDestination,
  memoryStore,
  type MemoryStore,
  ObserverToken,
  RADAR_TEMPLATE,
  template,
  type CrawlEvent,
  type Daybook,
  type Gap,
  type SourceOptions,
} from "@daybook/core";
import { FtpServer, RemoteTree, type FtpServerOptions } from "@daybook/testing";
import { ftpTransport, type FtpOptions } from "@daybook/transport-ftp";
import { onTestFinished } from "vitest";

export const LONG_AGO = new Date("2025-01-01T06:00:00Z");

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "daybook-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server on a tree of its own that ends with the test. */
export async function serve(
  options: Partial<FtpServerOptions> = {},
): Promise<{ server: FtpServer; tree: RemoteTree }> {
  const tree = options.tree ?? new RemoteTree();
  const server = await FtpServer.start({ ...options, tree });
  onTestFinished(() => server.close());
  return { server, tree };
}

/** Where a radar's file is kept at the server, such as at "01:05:10" of 2025-01-01. */
export function radarFile(time: string, field = "DBZH", radar = "RMA1"): string {
  return template(RADAR_TEMPLATE).format({
    observedAt: new Date(`2025-01-01T${time}Z`),
    attributes: { radar, strategy: "0315", volume: "01", field },
  });
}

export interface Crawl {
  readonly daybook: Daybook;
  readonly events: CrawlEvent[];
  readonly downloads: string;
  /** Content of every file at a final name, by its path. */
  home(): Record<string, string>;
  /** Sizes of the part files. */
  parts(): number[];
  gaps(): Promise<Gap[]>;
}

/** One source of three hours for each of the servers' radars, in this process, on the machine's clock. */
export function crawl(
  sources: readonly ({ server: FtpServer; ftp?: Partial<FtpOptions> } & Partial<SourceOptions>)[],
  kept: { downloads?: string; store?: MemoryStore } = {},
): Crawl {
  const downloads = kept.downloads ?? temporaryFolder();
  const events: CrawlEvent[] = [];
  const daybook = createDaybook({
    plugins: [
      memoryStore(kept.store),
      localDestination({ path: downloads, sync: false }),
      {
        name: "events",
        provides: ObserverToken,
        create: () => ({ on: (event: CrawlEvent) => void events.push(event) }),
      },
    ],
    sources: sources.map(({ server, ftp, name = "RMA1", ...rest }) => ({
      name,
      plugins: [ftpTransport({ host: server.host, port: server.port, ...ftp })],
      layout: template(RADAR_TEMPLATE, { radar: name }),
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T03:00:00Z",
      poll: 50,
      retryDelay: 20,
      maxRetryDelay: 100,
      ...rest,
    })),
  });
  onTestFinished(() => daybook.close());
  return {
    daybook,
    events,
    downloads,
    home: () => contents(downloads),
    parts: () =>
      readdirSync(join(downloads, ".daybook/parts")).map(
        (name) => statSync(join(downloads, ".daybook/parts", name)).size,
      ),
    async gaps() {
      const found: Gap[] = [];
      for await (const gap of daybook.gaps()) found.push(gap);
      return found;
    },
  };
}

/** Content of every file below a folder by its path in it; hidden folders left out. */
export function contents(folder: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isFile()) found[path] = readFileSync(join(folder, path), "utf8");
    else if (!entry.name.startsWith(".")) Object.assign(found, contents(folder, path));
  }
  return found;
}

/** What `home` should hold of a tree: the files below "/L2". */
export function remote(tree: RemoteTree): Record<string, string> {
  return Object.fromEntries(
    tree.files().map((path) => [path.replace("/L2/", ""), Buffer.from(tree.bytes(path)!).toString()]),
  );
}
