// Measures how well a limit of bandwidth holds: files read over three connections from an FTP server of this machine,
// by windows of ten seconds, as bytes handed on and as bytes that came out of the sockets. Takes two minutes.
//   npm run build && node packages/transport-ftp/tools/measure-rate.mjs [connections = 3]
import { subscribe } from "node:diagnostics_channel";
import { setTimeout as delay } from "node:timers/promises";
import { BandwidthLimit, SystemClock, withBandwidth } from "@daybook/core";
import { FtpServer, RemoteTree } from "@daybook/testing";
import { FtpTransport } from "@daybook/transport-ftp";

const WINDOW = 10_000;
const FILE = 32 * 1024 * 1024;
const connections = Number(process.argv[2] ?? 3);

const sockets = [];
subscribe("net.client.socket", ({ socket }) => sockets.push(socket));

const tree = new RemoteTree();
for (let i = 0; i < connections; i++) tree.put(`/${i}`, Buffer.alloc(FILE));
const server = await FtpServer.start({ tree });

/** A clock on which it is so late now, so that the next hour of a limit begins when we want it to. */
function clockFrom(time) {
  const system = new SystemClock();
  const ahead = new Date(time).getTime() - Date.now();
  return {
    now: () => new Date(system.now().getTime() + ahead),
    sleep: (ms, signal) => system.sleep(ms, signal),
  };
}

/** `rates`: bytes per second that each window should have. */
async function measure(name, limit, rates, clock = new SystemClock()) {
  sockets.length = 0;
  const ftp = new FtpTransport({ host: server.host, port: server.port, connections });
  const limited = withBandwidth(ftp, [new BandwidthLimit({ limit, clock })]);
  // What logging in costs is no part of it.
  await Promise.all(Array.from({ length: connections }, () => ftp.list("/")));
  let handedOn = 0;
  const received = () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
  let over = false;
  const reading = Array.from({ length: connections }, async (_, i) => {
    while (!over)
      for await (const chunk of await limited.read(`/${i}`, { size: FILE })) {
        handedOn += chunk.length;
        if (over) break;
      }
  });
  const begun = performance.now();
  const before = { handedOn, received: received(), at: begun };
  for (const [i, rate] of rates.entries()) {
    await delay(begun + (i + 1) * WINDOW - performance.now());
    const seconds = (performance.now() - before.at) / 1000;
    const row = [handedOn - before.handedOn, received() - before.received].map((bytes) => bytes / seconds);
    Object.assign(before, { handedOn, received: received(), at: performance.now() });
    const shown = row.map((found) => {
      const off = (100 * (found - rate)) / rate;
      return `${(found / 1000).toFixed(1).padStart(7)} kB/s (${off >= 0 ? "+" : ""}${off.toFixed(1)} %)`;
    });
    console.log(`${name}, window ${i + 1}, ${rate / 1000} kB/s: handed on ${shown[0]}, received ${shown[1]}`);
  }
  over = true;
  await Promise.allSettled(reading);
  await ftp.close();
}

await measure("1 MB/s", { rate: "1MB/s" }, [1e6, 1e6, 1e6]);
await measure("200 kB/s", { rate: "200kB/s" }, [2e5, 2e5, 2e5]);
await measure(
  "1 MB/s, then 200 kB/s",
  { rate: "1MB/s", hours: [{ from: "08:00", to: "09:00", rate: "200kB/s" }] },
  [1e6, 1e6, 2e5, 2e5],
  clockFrom("2025-01-01T07:59:40Z"),
);
await server.close();
