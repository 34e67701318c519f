// Measures how well a limit of bandwidth holds: large files read at once from servers of this machine, counted by windows
// of ten seconds, as bytes handed on and as bytes that came out of the sockets. Takes four minutes.
//   npm run bench:rate

import { subscribe } from "node:diagnostics_channel";
import { chmodSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BandwidthLimit, SystemClock, withBandwidth } from "@daybook/core";
import type { Clock, RateLimit, Transport } from "@daybook/core";
import { FtpTransport } from "@daybook/transport-ftp";
import { SftpTransport } from "@daybook/transport-sftp";
import type { Protocol } from "./scenario.js";
import { startServer, whyNoServer } from "./servers.js";

const WINDOW_MS = 10_000;
const FILE_BYTES = 64 * 1024 * 1024;

interface Trial {
  readonly name: string;
  readonly limit: RateLimit;
  /** Bytes per second that each window should have. */
  readonly windows: readonly number[];
  /** What time it is at the start of the first window. */
  readonly from: string;
}

const TRIALS: readonly Trial[] = [
  { name: "1 MB/s", limit: { rate: "1MB/s" }, windows: [1e6, 1e6, 1e6], from: "2025-01-01T00:00:00Z" },
  { name: "200 kB/s", limit: { rate: "200kB/s" }, windows: [2e5, 2e5, 2e5], from: "2025-01-01T00:00:00Z" },
  {
    name: "1 MB/s, then 200 kB/s",
    limit: { rate: "1MB/s", hours: [{ from: "08:00", to: "09:00", rate: "200kB/s" }] },
    windows: [1e6, 1e6, 2e5, 2e5],
    from: "2025-01-01T07:59:40Z",
  },
];

const sockets: Socket[] = [];
subscribe("net.client.socket", (message) => void sockets.push((message as { socket: Socket }).socket));
const received = () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);

/** A clock on which it is so late now. */
function clockFrom(time: string): Clock {
  const system = new SystemClock();
  const ahead = Date.parse(time) - Date.now();
  return {
    now: () => new Date(system.now().getTime() + ahead),
    sleep: (ms, signal) => system.sleep(ms, signal),
  };
}

const percent = (found: number, expected: number) => {
  const off = (100 * (found - expected)) / expected;
  return `${(found / 1000).toFixed(1).padStart(7)} kB/s (${off >= 0 ? "+" : ""}${off.toFixed(1)} %)`;
};

async function measure(
  transport: Transport,
  directory: string,
  readers: number,
  trial: Trial,
  label: string,
) {
  const limit = new BandwidthLimit({ limit: trial.limit, clock: clockFrom(trial.from) });
  const limited = withBandwidth(transport, [limit]);
  // What logging in costs is no part of it.
  await Promise.all(Array.from({ length: readers }, () => transport.list(directory || "/")));
  let handedOn = 0;
  let over = false;
  const reading = Array.from({ length: readers }, async (_, i) => {
    while (!over) {
      for await (const chunk of await limited.read(`${directory}/${i}`, { size: FILE_BYTES })) {
        handedOn += (chunk as Buffer).length;
        if (over) break;
      }
    }
  });
  const begun = performance.now();
  let before = { handedOn, received: received(), at: begun };
  for (const [i, rate] of trial.windows.entries()) {
    const left = begun + (i + 1) * WINDOW_MS - performance.now();
    await new Promise((resolve) => setTimeout(resolve, left));
    const now = { handedOn, received: received(), at: performance.now() };
    const seconds = (now.at - before.at) / 1000;
    const handed = percent((now.handedOn - before.handedOn) / seconds, rate);
    const came = percent((now.received - before.received) / seconds, rate);
    console.log(`${label}, ${trial.name}, window ${i + 1}: handed on ${handed}, out of the sockets ${came}`);
    before = now;
  }
  over = true;
  await transport.close();
  await Promise.allSettled(reading);
  sockets.length = 0;
}

const readersOf = { ftp: 3, sftp: 8 } satisfies Record<Protocol, number>;

function transportTo(protocol: Protocol, server: Awaited<ReturnType<typeof startServer>>): Transport {
  const { host, port, user } = server;
  if (protocol === "ftp")
    return new FtpTransport({ host, port, user, password: server.password, connections: readersOf.ftp });
  return new SftpTransport({
    ...{ host, port, user, connections: 1, privateKey: readFileSync(server.key) },
    hostKey: { knownHosts: server.knownHosts },
  });
}

for (const protocol of ["ftp", "sftp"] as const) {
  const reason = whyNoServer(protocol);
  if (reason !== undefined) {
    console.log(`${protocol}: skipped: ${reason}`);
    continue;
  }
  const root = mkdtempSync(join(tmpdir(), "daybook-rate-"));
  chmodSync(root, 0o755);
  for (let i = 0; i < readersOf[protocol]; i++) {
    writeFileSync(join(root, String(i)), "");
    truncateSync(join(root, String(i)), FILE_BYTES);
  }
  const server = await startServer(protocol, { host: "127.0.0.1", root });
  const label = `${protocol}, ${readersOf[protocol]} files on ${protocol === "ftp" ? "as many connections" : "one connection"}`;
  for (const trial of TRIALS)
    await measure(transportTo(protocol, server), server.path, readersOf[protocol], trial, label);
  await server.stop();
  rmSync(root, { recursive: true });
}
