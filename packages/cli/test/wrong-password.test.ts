import { rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { ClockToken, createDaybook, ObserverToken, type CrawlEvent } from "@daybook/core";
import { FakeClock, FtpServer } from "@daybook/testing";
import { loadConfig } from "daybook";
import { expect, onTestFinished, test } from "vitest";
import { PASSWORD, sampleTree } from "./radar-server.js";
import { daybook, writeConfig } from "./workspace.js";

/** Sources of one host, each with a login and options of its own. */
function configOf(transports: readonly string[]) {
  const sources = transports.map(
    (transport, n) => `  - name: S${n}
    transport: { ${transport} }
    layout: /L2/RMA1/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/RMA1_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR
    start: 2025-01-01T00:00Z
    end: 2025-01-01T03:00Z
`,
  );
  return writeConfig(`state: { use: sqlite, path: ./ledger/state.db }
destination: { use: local, path: ./downloads }
sources:
${sources.join("")}`);
}

test("of a run that looks once a refused login fails all sources that share it, each with a message, and none that has another", async () => {
  const server = await FtpServer.start({ tree: sampleTree(), users: { me: PASSWORD, you: "right" } });
  onTestFinished(() => server.close());
  const at = `use: ftp, host: 127.0.0.1, port: ${server.port}`;
  const wrong = `${at}, user: you, password: wrong`;
  const file = await configOf([
    ...[wrong, wrong, wrong, wrong],
    ...[`${wrong}, connections: 2`, `${wrong}, timeout: 7s`],
    `use: failover, hosts: [{ ${wrong} }]`,
    `${at}, user: you, password: wrong too`,
    `${at}, user: me, password: ${PASSWORD}`,
  ]);
  const { exitCode, stderr } = await daybook(["run", "--once", "-c", file]);
  expect(exitCode).toBe(1);
  const failed = stderr.split("\n").filter((line) => line.includes("refused the login"));
  expect(
    failed
      .map((line) => / error (S\d): failed: /.exec(line)?.[1])
      .filter(Boolean)
      .sort(),
  ).toEqual(["S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7"]);
  expect(stderr).toContain("S8: finished, but gaps remain");
  expect(server.commands.filter((command) => command === "USER you")).toHaveLength(2);

  const status = await daybook(["status", "-c", file]);
  expect(status.stdout).toMatch(
    /^S0: it has stopped \(since .*Z\): .*refused the login.*; mend that, then start/m,
  );
  expect(status.stdout).not.toContain("S8: it has stopped");
  expect(status.stdout).not.toContain("wrong too");
  const { troubles } = JSON.parse((await daybook(["status", "-c", file, "--json"])).stdout) as {
    troubles: object[];
  };
  expect(troubles).toHaveLength(8);
  expect(troubles[0]).toMatchObject({ source: "S0", cause: "stopped", kind: "auth" });
});

test("a password file that is corrected while a run goes on heals its source, and nothing shows what it held", async () => {
  const server = await FtpServer.start({ tree: sampleTree(), users: { me: PASSWORD } });
  onTestFinished(() => server.close());
  const at = `use: ftp, host: 127.0.0.1, port: ${server.port}, user: me`;
  const file = await configOf([`${at}, password_file: ./secret`, `${at}, password: ${PASSWORD}`]);
  const secret = join(dirname(file), "secret");
  await writeFile(secret, "not-this-one\n");
  const secrets = new Set<string>();
  const loaded = await loadConfig(file, { env: {}, onSecret: (one) => secrets.add(one) });
  expect(loaded.problems).toBeUndefined();
  const clock = new FakeClock(new Date("2025-01-02T00:00:00Z"));
  const events: CrawlEvent[] = [];
  const observer = { on: (event: CrawlEvent) => void events.push(event) };
  const daybook = createDaybook({
    ...loaded.options!,
    plugins: [
      ...loaded.options!.plugins,
      { name: "clock", provides: ClockToken, create: () => clock },
      { name: "observer", provides: ObserverToken, create: () => observer },
    ],
  });
  onTestFinished(() => daybook.close());
  const named = (type: CrawlEvent["type"]) => events.filter((event) => event.type === type);
  let over = false;
  const run = daybook.run().finally(() => (over = true));
  const until = async (there: () => boolean) => {
    while (!there()) {
      await clock.advance(1000);
      await setImmediate();
    }
  };
  await until(() => named("source-finished").length === 1);
  expect(named("source-paused")).toMatchObject([{ source: "S0", because: "login", error: { kind: "auth" } }]);
  // Somebody is at it: a file that is away for a moment is a password that can't be had, and no end.
  await rm(secret);
  const asked = () => server.commands.filter((command) => command.startsWith("PASS")).length;
  const before = asked();
  await clock.advance(15 * 60_000);
  expect(asked()).toBe(before);
  await writeFile(secret, `${PASSWORD}\n`);
  await until(() => over);
  expect((await run).outcome).not.toBe("failed");
  expect(named("source-resumed")).toMatchObject([{ source: "S0", because: "login" }]);
  expect([...secrets].sort()).toEqual([PASSWORD, "not-this-one"].sort());
});
