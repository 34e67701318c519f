// Measures how well a limit of bandwidth holds: large files read at once from servers of this machine, counted by windows
// of ten seconds, as bytes handed on and as bytes that came out of the sockets. Takes five minutes.
//   npm run bench:rate

import { subscribe } from "node:diagnostics_channel";
import { chmodSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BandwidthLimit, SystemClock, withBandwidth } from "@daybook/core";
import type { Clock, RateLimit, Transport } from "@daybook/core";
import { testCertificate } from "@daybook/testing";
import { FtpTransport } from "@daybook/transport-ftp";
import type { FtpTransportOptions } from "@daybook/transport-ftp";
import { SftpTransport } from "@daybook/transport-sftp";
import type { Protocol } from "./scenario.js";
import { startServer, whyNoServer } from "./servers.js";
import type { RunningServer } from "./servers.js";

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

interface Place {
  readonly name: string;
  readonly readers: number;
  readonly protocol: Protocol;
  readonly tls?: typeof testCertificate;
  connect(server: RunningServer): Transport;
}

const ftp = (server: RunningServer, more: Partial<FtpTransportOptions> = {}) => {
  const { host, port, user, password } = server;
  return new FtpTransport({ host, port, user, password, connections: 3, ...more });
};

const PLACES: readonly Place[] = [
  { name: "FTP, 3 files on 3 connections", readers: 3, protocol: "ftp", connect: ftp },
  {
    ...{ name: "FTPS, 3 files on 3 connections", readers: 3, protocol: "ftp", tls: testCertificate },
    connect: (server) => ftp(server, { secure: true, tls: { ca: testCertificate.cert } }),
  },
  {
    ...{ name: "SFTP, 8 files on 1 connection", readers: 8, protocol: "sftp" },
    connect: ({ host, port, user, key, knownHosts }) =>
      new SftpTransport({
        ...{ host, port, user, connections: 1, privateKey: readFileSync(key) },
        hostKey: { knownHosts },
      }),
  },
];

for (const { name, readers, protocol, tls, connect } of PLACES) {
  const reason = whyNoServer(protocol);
  if (reason !== undefined) {
    console.log(`${name}: skipped: ${reason}`);
    continue;
  }
  const root = mkdtempSync(join(tmpdir(), "daybook-rate-"));
  chmodSync(root, 0o755);
  for (let i = 0; i < readers; i++) {
    writeFileSync(join(root, String(i)), "");
    truncateSync(join(root, String(i)), FILE_BYTES);
  }
  const server = await startServer(protocol, { host: "127.0.0.1", root, tls });
  for (const trial of TRIALS) await measure(connect(server), server.path, readers, trial, name);
  await server.stop();
  rmSync(root, { recursive: true });
}
