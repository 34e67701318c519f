import { FtpServer, RemoteTree } from "@daybook/testing";
import { afterEach, expect, test } from "vitest";
import { DAY, json, PASSWORD, sampleTree } from "./radar-server.js";
import { daybook, writeConfig } from "./workspace.js";

const servers: FtpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(tree = sampleTree()) {
  const server = await FtpServer.start({ tree, users: { me: PASSWORD } });
  servers.push(server);
  return server;
}

/** A source with several hosts, the preferred one first. */
function configOf(ports: readonly number[], { password = PASSWORD } = {}) {
  const hosts = ports.map(
    (port) => `{ use: ftp, host: 127.0.0.1, port: ${port}, user: me, password: ${password} }`,
  );
  return writeConfig(`state: { use: sqlite, path: ./ledger/state.db }
destination: { use: local, path: ./downloads }
sources:
  - name: RMA1
    transport: { use: failover, hosts: [${hosts.join(", ")}] }
    layout: /L2/RMA1/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/RMA1_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR
    start: 2025-01-01T00:00Z
    end: 2025-01-01T08:00Z
`);
}

test("a host that is down is one line in the log, and the hours that wait for it are one more", async () => {
  const first = await serve();
  const mirror = await serve();
  const file = await configOf([first.port, mirror.port]);
  await first.close();
  const { exitCode, stderr } = await daybook(["run", "--once", "-c", file]);
  expect(exitCode).toBe(3);
  const warnings = stderr.split("\n").filter((line) => line.includes("warning"));
  const [a, b] = [first.port, mirror.port].map((port) => `ftp://127\\.0\\.0\\.1:${port}`);
  const why = `only ${b} could be asked; ${a}, which must list it before it is settled, is down since \\S+: .*refused`;
  expect(warnings.map((line) => line.replace(/^\S+ warning RMA1: /, ""))).toEqual([
    expect.stringMatching(`^${a} is left out: .*refused`),
    expect.stringMatching(`^${DAY}/\\d\\d was listed, but that settles nothing: ${why}`),
    expect.stringMatching(`^what was listed of 7 other slots settles nothing either: ${why}`),
  ]);
  expect((await daybook(["explain", "-c", file, `${DAY}/01`])).stdout).toMatch(
    new RegExp(`but that settles nothing: ${why}`),
  );
});

test("check looks at each host by itself", async () => {
  const hosts = [await serve(), await serve()];
  const file = await configOf(hosts.map(({ port }) => port));
  const { exitCode, stdout, stderr } = await daybook(["check", "--read", "-c", file]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout.split("\n").filter((line) => /^\S/.test(line))).toEqual(
    hosts.map(({ port }) => `RMA1  ftp://127.0.0.1:${port}`),
  );
  expect(stdout.match(/ok {4}resume/g)).toHaveLength(2);
});

test("check fails for one host that is down, has another tree or refuses us, and tells of the others", async () => {
  const other = new RemoteTree();
  other.put("/pub/L2/RMA1/file", "x", new Date("2025-01-01T06:00:00Z"));
  const [first, down, strange] = [await serve(), await serve(), await serve(other)];
  const file = await configOf([first.port, down.port, strange.port]);
  await down.close();
  const { exitCode, stdout, stderr } = await daybook(["check", "--json", "-c", file]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  expect(json(stdout)).toMatchObject([
    { source: "RMA1", endpoint: `ftp://127.0.0.1:${first.port}`, ok: true },
    { source: "RMA1", ok: false, findings: [{ step: "connection", outcome: "failed" }] },
    { source: "RMA1", ok: false, findings: [{ outcome: "ok" }, { step: "root", outcome: "failed" }] },
  ]);
  const told = await daybook(["check", "-c", file]);
  expect(told.stderr).toBe("daybook: 2 hosts of sources with several can't be used as configured\n");
});

test("check says that a source brings nothing home where none of its hosts can be used", async () => {
  const hosts = [await serve(), await serve()];
  const file = await configOf(
    hosts.map(({ port }) => port),
    { password: "wrong" },
  );
  const { exitCode, stderr } = await daybook(["check", "-c", file]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: "daybook: 1 source would bring nothing home as configured\n",
  });
});
