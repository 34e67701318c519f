import { expect, test } from "vitest";
import { DAY, json, sampleTree, served } from "./radar-server.js";
import { daybook } from "./workspace.js";

test("check tells step by step what fits, and exits 0", async () => {
  const { file } = await served(sampleTree());
  const { exitCode, stdout, stderr } = await daybook(["check", "--read", "-c", file]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^RMA1 {2}ftp:\/\/127\.0\.0\.1:\d+$/);
  expect(lines.slice(1).map((line) => line.trim().split(/ {2,}/)[1])).toEqual([
    "connection",
    "root",
    "newest",
    "oldest",
    "names",
    "times",
    "resume",
    "speed",
  ]);
  expect(stdout).toContain("notes\\u001b[2J.txt");
  expect(stdout).not.toContain("\u001b");
});

test("check as JSON tells the same to programs", async () => {
  const { file } = await served(sampleTree());
  const [report] = json((await daybook(["check", "--json", "-c", file])).stdout);
  expect(report).toMatchObject({
    source: "RMA1",
    ok: true,
    names: { slot: `${DAY}/02`, parsed: 1, skipped: 1 },
    path: [
      { part: "{radar}" },
      { part: "{yyyy}" },
      { part: "{MM}" },
      { part: "{dd}" },
      { part: "{HH}", entries: 1 },
    ],
  });
});

test("check of a source that isn't there names what is, and exits 1 with the others checked", async () => {
  const { file } = await served(sampleTree(), { radars: "RMA1, AR5" });
  const { exitCode, stdout, stderr } = await daybook(["check", "-c", file]);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("BAD   root        /L2 is there, AR5 in it isn't: it holds RMA1");
  expect(stderr).toBe("daybook: 1 source would bring nothing home as configured\n");
});

test("a wrong password is tried once for all sources that share it, and isn't shown", async () => {
  const { file, server } = await served(sampleTree(), { radars: "RMA1, AR5", password: "hunter2-canary" });
  const { exitCode, stdout, stderr } = await daybook(["check", "-c", file]);
  expect(exitCode).toBe(1);
  expect(stdout.match(/BAD {3}connection {2}the server refused the login/g)).toHaveLength(2);
  expect(stdout + stderr).not.toContain("canary");
  expect(server.commands.filter((command) => command.startsWith("PASS"))).toHaveLength(1);
});

test("a server that is down is told of, exit 1", async () => {
  const { file, server } = await served(sampleTree());
  await server.close();
  const { exitCode, stdout } = await daybook(["check", "-c", file]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/BAD {3}connection {2}127\.0\.0\.1:\d+ refused the connection/);
});
