import {
  command,
  isDaybookError,
  type CommandOptions,
  type DaybookError,
  type OutboxMessage,
} from "@daybook/core";
import { HOSTILE_NAMES } from "@daybook/testing";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

const NODE = process.execPath;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "daybook-hook-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function messageOf(data: Record<string, unknown> = {}, source = "RMA1"): OutboxMessage {
  const at = new Date("2025-01-01T00:00:00Z");
  const body = JSON.stringify({ id: "file_1", type: "file", source, at, data });
  return { hook: "test", id: "file_1", key: "k", at, body };
}

function run(options: CommandOptions, message = messageOf(), signal = new AbortController().signal) {
  return command(options).deliver(message, { signal });
}

async function failure(...args: Parameters<typeof run>): Promise<DaybookError> {
  const error: unknown = await run(...args).catch((thrown: unknown) => thrown);
  if (!isDaybookError(error)) throw new Error(`it should have failed: ${String(error)}`);
  return error;
}

/** A program that writes down what it was given. */
const REPORT = `
  const chunks = [];
  process.stdin.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
    const stdin = Buffer.concat(chunks).toString();
    require("fs").writeFileSync(process.env.REPORT, JSON.stringify({ args: process.argv.slice(1), env: process.env, stdin }));
  });`;

async function report(args: string[], message: OutboxMessage, env = {}) {
  const file = join(folder(), "report.json");
  await run({ command: [NODE, "-e", REPORT, "--", ...args], env: { REPORT: file, ...env } }, message);
  return JSON.parse(readFileSync(file, "utf8")) as {
    args: string[];
    env: Record<string, string>;
    stdin: string;
  };
}

describe("a command", () => {
  test("gets the message as JSON, and its parts as variables and in its arguments", async () => {
    const path = "/L2/RMA1/a file.BUFR";
    const message = messageOf({ path, location: "RMA1/a file.BUFR", size: 12, slot: "/L2/RMA1" });
    const { args, env, stdin } = await report(
      ["{type}", "--of={source}", "{path}", "{location}", "{other}", "a b"],
      message,
    );
    expect(args).toEqual(["file", "--of=RMA1", path, "RMA1/a file.BUFR", "{other}", "a b"]);
    expect(stdin).toBe(message.body);
    expect(env).toMatchObject({
      DAYBOOK_ID: "file_1",
      DAYBOOK_TYPE: "file",
      DAYBOOK_SOURCE: "RMA1",
      DAYBOOK_AT: "2025-01-01T00:00:00.000Z",
      DAYBOOK_PATH: path,
      DAYBOOK_LOCATION: "RMA1/a file.BUFR",
      DAYBOOK_SIZE: "12",
    });
  });

  test("gets its own variables and none of the secrets in this process's environment", async () => {
    process.env["FTP_PASSWORD"] = "hunter2-hunter2";
    onTestFinished(() => void delete process.env["FTP_PASSWORD"]);
    const { env } = await report([], messageOf(), { TOKEN: "mine" });
    expect([env["TOKEN"], env["PATH"]]).toEqual(["mine", process.env["PATH"]]);
    expect(Object.keys(env).filter((name) => /FTP|VITEST|NODE_ENV/.test(name))).toEqual([]);
  });

  test("takes every hostile name as nothing but a name: no shell, no option, no NUL", async () => {
    const here = folder();
    const names = [
      ...HOSTILE_NAMES.map(({ name }) => name),
      "$(touch pwned)",
      "`touch pwned`",
      "; touch pwned",
      "-rf",
      "--eval=1",
    ];
    for (const some of [names.slice(0, 20), names.slice(-20)])
      await Promise.all(
        some.map(async (name) => {
          const { args, stdin } = await report(
            ["{path}", "{location}"],
            messageOf({ path: `/in/${name}`, location: name }),
          );
          const sent = Buffer.from(name.replaceAll("\0", "\\0")).toString();
          expect(args).toEqual([`/in/${sent}`, sent.startsWith("-") ? `./${sent}` : sent]);
          expect(JSON.parse(stdin)).toMatchObject({ data: { location: name } });
        }),
      );
    await run(
      { command: ["/bin/echo", "{path}; touch pwned", "$(touch pwned)"], cwd: here },
      messageOf({ path: "a" }),
    );
    expect(existsSync(join(here, "pwned"))).toBe(false);
  });

  test("leaves out of arguments and variables what no system takes, and has it on its input", async () => {
    const long = "x".repeat(200_000);
    const { args, env, stdin } = await report(["{path}"], messageOf({ path: long }));
    expect([args, env["DAYBOOK_PATH"]]).toEqual([[""], ""]);
    expect(stdin).toContain(long);
  });

  test("is tried again by its exit code: 0 is done, 65 wants no more, all others do", async () => {
    const ending = (code: number) => ({ command: [NODE, "-e", `process.exit(${code})`] });
    await run(ending(0));
    await run(ending(65));
    for (const code of [1, 2, 75, 127])
      expect((await failure(ending(code))).detail).toBe(`${NODE} ended with exit code ${code}`);
    expect(
      (await failure({ command: [NODE, "-e", "process.kill(process.pid, 'SIGKILL')"] })).detail,
    ).toContain("SIGKILL");
  });

  test("may say as much as it likes: the end of it is in the error, printable and without its secrets", async () => {
    const script = `process.stdout.write("a".repeat(10_000_000), () => {
      process.stderr.write("the token is " + process.env.TOKEN + "\\u001b[31m", () => process.exit(3)); });`;
    const { detail } = await failure({ command: [NODE, "-e", script], env: { TOKEN: "tok-123456" } });
    expect(detail.length).toBeLessThan(3000);
    expect(detail).toMatch(/it said: … a+the token is \*\*\*\\u001b\[31m$/);
    await run({ command: [NODE, "-e", 'console.log("b".repeat(1e6))'] });
  });

  test("that hangs is ended, with what it started, whether it minds or not", async () => {
    const here = folder();
    const script = `
      process.on("SIGTERM", () => {});
      const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
      require("fs").writeFileSync("pids", process.pid + " " + child.pid);
      setInterval(() => {}, 1000);`;
    const stop = new AbortController();
    const failed = failure(
      { command: [NODE, "-e", script], cwd: here, timeout: 1_000 },
      messageOf(),
      stop.signal,
    );
    expect(await failed).toMatchObject({
      kind: "timeout",
      detail: `${NODE} ran for more than 1000 ms, and was ended`,
    });
    const pids = readFileSync(join(here, "pids"), "utf8").split(" ").map(Number);
    await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([]);
  });

  test("ends soon when it is told to", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const failed = await failure(
      { command: [NODE, "-e", "setInterval(() => {}, 1000)"] },
      messageOf(),
      stop.signal,
    );
    expect(failed.kind).toBe("cancelled");
  });

  test("needn't read its input, nor close its output for what it leaves running", async () => {
    const leave = `require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 3000)"], { stdio: "inherit", detached: true }).unref()`;
    await run({ command: [NODE, "-e", `${leave}; process.exit(0)`] }, messageOf({ path: "y".repeat(1e6) }));
  });

  test("that isn't there or may not run says so", async () => {
    const here = folder();
    writeFileSync(join(here, "no"), "", { mode: 0o644 });
    expect(await failure({ command: ["./nothing"], cwd: here })).toMatchObject({
      detail: expect.stringContaining("no such program") as string,
    });
    expect(await failure({ command: ["./no"], cwd: here })).toMatchObject({
      detail: "./no can't be started: it may not be run",
    });
    expect(() => command({ command: [] })).toThrow("must begin with a program");
    expect(() => command({ command: ["a", "b\0"] })).toThrow("NUL");
  });
});

function isRunning(pid: number): boolean {
  try {
    // A zombie that nobody has collected yet is no program any more.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
