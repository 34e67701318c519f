import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createDaybook,
  localDestination,
  memoryStore,
  ObserverToken,
  type Daybook,
  type Plugin,
  type SourceOptions,
} from "@daybook/core";
import { Dashboard, LiveState } from "@daybook/dashboard";
import { FtpServer, type RemoteTree } from "@daybook/testing";
import { ftpTransport } from "@daybook/transport-ftp";
import { onTestFinished } from "vitest";

/** A tree on a real FTP server, crawled into a folder and shown, until the test is over. */
export async function shownCrawl(
  tree: RemoteTree,
  sources: (transport: Plugin) => readonly SourceOptions[],
): Promise<{ url: string; daybook: Daybook }> {
  const folder = mkdtempSync(join(tmpdir(), "daybook-browser-"));
  const server = await FtpServer.start({ tree, users: { demo: "secret" } });
  const live = new LiveState();
  const stop = new AbortController();
  const { host, port } = server;
  const daybook = createDaybook({
    plugins: [
      memoryStore(),
      localDestination({ path: folder }),
      { name: "live", provides: ObserverToken, create: () => live },
    ],
    sources: sources(ftpTransport({ host, port, user: "demo", password: "secret", connections: 3 })),
  });
  const dashboard = new Dashboard({ daybook, live, address: "127.0.0.1:0" });
  const url = await dashboard.listen();
  const running = daybook.run({ signal: stop.signal });
  onTestFinished(async () => {
    stop.abort();
    await running;
    await dashboard.close();
    await daybook.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { url, daybook };
}
