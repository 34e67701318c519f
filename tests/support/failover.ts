import {
  createDaybook,
  failoverTransport,
  localDestination,
  memoryStore,
  ObserverToken,
  RADAR_TEMPLATE,
  template,
} from "@daybook/core";
import type { CrawlEvent, Daybook, FailoverOptions } from "@daybook/core";
import { ftpTransport } from "@daybook/transport-ftp";
import type { FtpOptions } from "@daybook/transport-ftp";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./in-process.js";

export interface TwoHosts {
  readonly daybook: Daybook;
  readonly events: CrawlEvent[];
  /** The folder that files land in. */
  readonly home: string;
}

/** A radar's three hours from several hosts, quick to try again. */
export function mirrorOf(
  servers: readonly Pick<FtpOptions, "host" | "port" | "user" | "password">[],
  failover: FailoverOptions = {},
  ftp: Partial<FtpOptions> = {},
): TwoHosts {
  const events: CrawlEvent[] = [];
  const home = temporaryFolder();
  const hosts = servers.map(({ host, port, user, password }) =>
    ftpTransport({ host, port, user, password, connections: 2, ...ftp }),
  );
  const on = { on: (event: CrawlEvent) => void events.push(event) };
  const daybook = createDaybook({
    plugins: [
      memoryStore(),
      localDestination({ path: home, sync: false }),
      { name: "events", provides: ObserverToken, create: () => on },
    ],
    sources: [
      {
        name: "RMA1",
        plugins: [failoverTransport({ ...failover, hosts })],
        layout: template(RADAR_TEMPLATE, { radar: "RMA1" }),
        start: "2025-01-01T00:00:00Z",
        end: "2025-01-01T03:00:00Z",
        poll: 50,
        retryDelay: 20,
        maxRetryDelay: 100,
      },
    ],
  });
  onTestFinished(() => daybook.close());
  return { daybook, events, home };
}

/** The paths that were stored, as often as they were. */
export const storedPaths = (events: readonly CrawlEvent[]): string[] =>
  events.flatMap((event) => (event.type === "file-stored" ? [event.file.path] : [])).sort();
