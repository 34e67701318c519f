import { FtpServer } from "@daybook/testing";
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
