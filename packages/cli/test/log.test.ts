import { DaybookError } from "@daybook/core";
import type { CrawlEvent, SlotRecord } from "@daybook/core";
import { RemoteTree } from "@daybook/testing";
import { Log, LogObserver, runCommandLine } from "daybook";
import type { LogFormat, LogLevel } from "daybook";
import { expect, test } from "vitest";
import { DAY, json, name, sampleTree, served } from "./radar-server.js";
import { CapturedOutput, daybook } from "./workspace.js";

const START = new Date("2025-01-01T00:00:00Z");
const hour = (n: number) => new Date(START.getTime() + n * 3_600_000);
const JSON_LOG = { DAYBOOK_LOG_FORMAT: "" };

function settled(n: number, state: SlotRecord["state"], at = START): CrawlEvent {
  const counts = {
    pending: 0,
    stored: state === "complete" ? 1 : 0,
    quarantined: 0,
    gone: 0,
    expired: 0,
    bytes: 0,
  };
  const none = { count: 0, names: [] };
  const slot: SlotRecord = {
    source: "A",
    path: `/s/${n}`,
    start: hour(n),
    end: hour(n + 1),
    listing: state === "missing" ? "missing" : "entries",
    visitedAt: at,
    closed: true,
    failures: 0,
    skipped: none,
    unreadable: none,
    state,
    settled: true,
    files: counts,
  };
  return { type: "slot-settled", source: "A", at, slot };
}

function logged(events: readonly CrawlEvent[], format: LogFormat = "human", level: LogLevel = "info") {
  const output = new CapturedOutput();
  const observer = new LogObserver({ log: new Log({ output, format, level }) });
  for (const event of events) observer.on(event);
  observer.close();
  return output.text
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/^\S+Z /, ""));
}

test("missing hours in a row are one line, told when something else happens or the log ends", () => {
  const missing = Array.from({ length: 48 }, (_, n) => settled(n, "missing"));
  const finished: CrawlEvent = { type: "source-finished", source: "A", at: START, outcome: "gaps" };
  expect(logged([...missing, settled(48, "complete"), settled(49, "missing"), finished])).toEqual([
    "A: 48 slots within 2025-01-01T00:00Z/2025-01-03T00:00Z missing",
    "A: 2025-01-03T00:00Z/2025-01-03T01:00Z complete: 1 file, 0 B",
    "A: 2025-01-03T01:00Z/2025-01-03T02:00Z missing",
    "A: finished, but gaps remain (daybook gaps lists them)",
  ]);
  expect(logged(missing)).toHaveLength(1);
});

test("an hour that was something else before it was missing has a line of its own", () => {
  const was = { ...settled(1, "missing"), before: "complete" } as CrawlEvent;
  expect(logged([settled(0, "missing"), was, settled(2, "missing")])).toEqual([
    "A: 2025-01-01T00:00Z/2025-01-01T01:00Z missing",
    "A: 2025-01-01T01:00Z/2025-01-01T02:00Z missing, was complete",
    "A: 2025-01-01T02:00Z/2025-01-01T03:00Z missing",
  ]);
});

test("a long row of missing hours is told of now and then", () => {
  const slow = Array.from({ length: 25 }, (_, n) =>
    settled(n, "missing", new Date(START.getTime() + n * 1000)),
  );
  expect(logged(slow)).toEqual([
    "A: 11 slots within 2025-01-01T00:00Z/2025-01-01T11:00Z missing",
    "A: 11 slots within 2025-01-01T11:00Z/2025-01-01T22:00Z missing",
    "A: 3 slots within 2025-01-01T22:00Z/2025-01-02T01:00Z missing",
  ]);
});

test("a slot that is settled again is a line that says what it was", () => {
  const again = (n: number, state: SlotRecord["state"], before: SlotRecord["state"]) => ({
    ...settled(n, state),
    before,
  });
  expect(logged([again(0, "complete", "complete"), again(1, "complete", "missing")])).toEqual([
    "A: 2025-01-01T00:00Z/2025-01-01T01:00Z complete again: 1 file, 0 B",
    "A: 2025-01-01T01:00Z/2025-01-01T02:00Z complete, was missing: 1 file, 0 B",
  ]);
});

test("an hour that is missing is told when the crawl has nothing more to do, not with what comes next", () => {
  const idle: CrawlEvent = { type: "source-idle", source: "A", at: START, until: hour(1) };
  const lines = logged([idle, settled(0, "missing"), idle, idle]);
  expect(lines).toEqual([
    "A: nothing to do; next look at 01:00:00Z",
    "A: 2025-01-01T00:00Z/2025-01-01T01:00Z missing",
    "A: nothing to do; next look at 01:00:00Z",
  ]);
});

test("a log of everything has its lines in the order of what happened", () => {
  const listed: CrawlEvent = {
    type: "slot-visited",
    source: "A",
    at: START,
    slot: "/s/1",
    start: START,
    lane: "live",
    listing: "missing",
    found: 0,
  };
  expect(logged([settled(0, "missing"), listed, settled(1, "missing")], "human", "debug")).toEqual([
    "A: 2025-01-01T00:00Z/2025-01-01T01:00Z missing",
    "A: /s/1 listed: missing, 0 files of ours",
    "A: 2025-01-01T01:00Z/2025-01-01T02:00Z missing",
  ]);
});

function visited(n: number, reason?: string): CrawlEvent {
  const listing = reason === undefined ? "entries" : "truncated";
  return {
    type: "slot-visited",
    source: "A",
    at: START,
    slot: `/s/${n}`,
    start: START,
    lane: "live",
    found: 1,
    listing,
    reason,
  };
}

test("what many hours share is told once, how many they are when a pass is over, and again when it comes back", () => {
  const idle: CrawlEvent = { type: "source-idle", source: "A", at: START, until: hour(1) };
  const hours = [0, 1, 2, 3];
  const failing = hours.map((n) => visited(n, "a mirror"));
  const told = "warning A: /s/0 was listed, but that settles nothing: a mirror";
  const others = "warning A: what was listed of 3 other slots settles nothing either: a mirror";
  const nothing = "A: nothing to do; next look at 01:00:00Z";
  // The second pass brings nothing new; a fifth hour is news.
  expect(logged([...failing, idle, ...failing, idle])).toEqual([told, others, nothing]);
  expect(logged([...failing, idle, ...failing, visited(4, "a mirror"), idle])).toEqual([
    told,
    others,
    nothing,
    "warning A: what was listed of 1 other slot settles nothing either: a mirror",
  ]);
  const well = hours.map((n) => visited(n));
  expect(logged([...failing, idle, ...well, idle, ...failing, idle])).toEqual([
    told,
    others,
    nothing,
    told,
    others,
    nothing,
  ]);
  expect(logged(failing, "human", "debug")).toHaveLength(4);
});

test("an outage is told whichever source on the host hears of it, and of its end", () => {
  const error = new DaybookError("network", "refused");
  const down = (source: string): CrawlEvent => ({
    type: "host-down",
    source,
    at: START,
    host: "ftp://a",
    error,
    nextTryAt: hour(1),
  });
  const up: CrawlEvent = { type: "host-up", source: "B", at: START, host: "ftp://a" };
  const line = (source: string) =>
    `warning ${source}: server down: refused; tried again from 2025-01-01T01:00Z on`;
  expect(logged([down("A"), down("B"), up, down("A"), up])).toEqual([
    line("A"),
    "B: server is back",
    line("A"),
    "B: server is back",
  ]);
});

test("slots that fail for a known reason are counted and named before the source is idle, and at the log's end", () => {
  const at = (n: number, ms: number) => ({ ...visited(n, "a mirror"), at: new Date(START.getTime() + ms) });
  const events = [at(0, 0), at(1, 100), at(2, 10_000), at(3, 10_001)];
  const others = (n: number) =>
    `warning A: what was listed of ${n} other slot${n > 1 ? "s" : ""} settles nothing either: a mirror`;
  expect(logged(events).slice(1)).toEqual([others(2), others(1)]);
  const told = logged(events, "json").map((line) => JSON.parse(line) as { examples?: string[] });
  expect(told.map(({ examples }) => examples)).toEqual([undefined, ["/s/1", "/s/2"], ["/s/3"]]);
});

test("a host that stays down is told once, until it is back or refuses us", () => {
  const host = { source: "A", at: START, host: "ftp://a", nextTryAt: hour(1) } as const;
  const lost = { ...host, type: "host-lost", error: new DaybookError("network", "refused") } as const;
  const back: CrawlEvent = { ...host, type: "host-regained" };
  const locked: CrawlEvent = { ...lost, error: new DaybookError("auth", "wrong password") };
  const line = (why: string) =>
    `warning A: ftp://a is left out: ${why}; tried again from 2025-01-01T01:00Z on`;
  expect(logged([lost, lost, lost, back, lost, { ...lost, host: "ftp://b" }, locked])).toEqual([
    line("refused"),
    "A: ftp://a is back",
    line("refused"),
    line("refused").replace("ftp://a", "ftp://b"),
    line("wrong password"),
  ]);
});

test("a run that waits for its last deliveries says for how long, and that nothing is lost", () => {
  const waiting: CrawlEvent = {
    type: "hook-waiting",
    source: "",
    hook: "h",
    at: START,
    waiting: 2,
    until: hour(1),
  };
  expect(logged([waiting])).toEqual([
    "warning hook h: 2 messages still to be delivered: waiting until 2025-01-01T01:00Z at most; " +
      "nothing is lost, what is left then goes out with the next run",
  ]);
});

test("a silence that several hooks find is told of once, and once that it is over", () => {
  const events = (since: Date) =>
    [
      { type: "source-stale" as const, since },
      { type: "source-fresh" as const, silentSince: since },
    ].flatMap((event) =>
      ["mail", "pager"].map((hook): CrawlEvent => ({ ...event, source: "A", at: hour(3), hook })),
    );
  expect(logged([...events(START), ...events(hour(1))])).toEqual([
    "warning A: nothing new has come since 2025-01-01T00:00Z",
    "A: something new has come again, after nothing since 2025-01-01T00:00Z",
    "warning A: nothing new has come since 2025-01-01T01:00Z",
    "A: something new has come again, after nothing since 2025-01-01T01:00Z",
  ]);
});

test("a hook that is down says since when, how many messages wait, and that they are tried again", () => {
  const down: CrawlEvent = {
    type: "hook-down",
    source: "",
    hook: "h",
    at: hour(1),
    error: new DaybookError("network", "can't be reached: ECONNREFUSED"),
    since: START,
    nextTryAt: hour(2),
    waiting: 12,
  };
  expect(logged([down])).toEqual([
    "warning hook h: down since 2025-01-01T00:00Z: can't be reached: ECONNREFUSED; 12 messages waiting, " +
      "tried again at least once a minute until it is back",
  ]);
});

test("the level leaves out what is less grave", () => {
  const error = new DaybookError("network", "reset");
  const events: CrawlEvent[] = [
    settled(0, "complete"),
    { type: "file-failed", source: "A", at: START, path: "/f", error },
    { type: "file-quarantined", source: "A", at: START, path: "/f", error },
  ];
  expect(logged(events, "human", "error")).toEqual(["error A: given up: /f: reset"]);
  expect(logged(events, "human", "warning")).toHaveLength(2);
  expect(logged(events, "human", "info")).toHaveLength(3);
});

test("away from a terminal every line of a run's log is JSON, the last ones too", async () => {
  const { file } = await served(sampleTree());
  const { exitCode, stdout, stderr } = await daybook(["run", "-c", file], JSON_LOG);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
  const lines = json(stderr);
  expect(lines[0]).toMatchObject({ level: "info", source: "RMA1", event: "source-started" });
  expect(lines.find(({ state }) => state === "missing")).toMatchObject({
    event: "slot-settled",
    slot: `${DAY}/01`,
  });
  expect(lines.at(-1)).toMatchObject({ event: "run-finished", outcome: "gaps", fetched: { files: 3 } });
});

test("what ends a run is in its log too", async () => {
  const { file } = await served(sampleTree(), { password: "wrong" });
  const refused = await daybook(["run", "-c", file], JSON_LOG);
  expect(refused.exitCode).toBe(1);
  expect(json(refused.stderr).at(-1)).toMatchObject({ level: "error", event: "source-failed", kind: "auth" });
  const unknown = await daybook(["run", "-c", file, "--source", "X"], JSON_LOG);
  expect(json(unknown.stderr)).toMatchObject([
    { level: "error", message: expect.stringContaining("`X`") as string },
  ]);
  const wrong = await daybook(["run"], { DAYBOOK_LOG_LEVEL: "loud" });
  expect(wrong).toMatchObject({ exitCode: 2 });
  expect(wrong.stderr).toContain('DAYBOOK_LOG_LEVEL must be error, warning, info, debug, not "loud"');
});

test("a quiet run says nothing that isn't an error, on a terminal too", async () => {
  const { file, server } = await served(sampleTree());
  server.faults.add({ on: "RETR", path: name("00", "DBZH"), reply: "550 Permission denied." });
  const stdout = new CapturedOutput({ isTerminal: true });
  const stderr = new CapturedOutput({ isTerminal: true });
  expect(await runCommandLine(["run", "-q", "-c", file], { stdout, stderr, env: {} })).toBe(3);
  expect(stdout.text).toBe("");
  expect(stderr.text).toMatch(/^\S+Z error RMA1: given up: .*DBZH.*\n$/);
});

test("with --log-level debug every file is told of", async () => {
  const { file } = await served(sampleTree());
  const { stderr } = await daybook(["run", "-c", file, "--log-level", "debug", "--log-format", "json"]);
  const stored = json(stderr).filter(({ event }) => event === "file-stored");
  expect(stored).toHaveLength(3);
  expect(stored[0]).toMatchObject({
    level: "debug",
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
});

test("a layout that begins where nothing is, is told of once", async () => {
  const tree = new RemoteTree();
  tree.put("/L2/OTHER/readme", "x");
  const { file } = await served(tree);
  const { exitCode, stderr } = await daybook(["run", "-c", file]);
  expect(exitCode).toBe(3);
  expect(stderr.match(/warning RMA1: there is no \/L2\/RMA1 at the server/g)).toHaveLength(1);
  const { stderr: fine } = await daybook(["run", "-c", (await served(sampleTree())).file]);
  expect(fine).not.toContain("there is no");
});

test("a single look at a server that is down has failed: exit 1", async () => {
  const { file, server } = await served(sampleTree());
  await server.close();
  const { exitCode, stderr } = await daybook(["run", "--once", "-c", file]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/RMA1: failed: .*refused the connection/);
});

test("a message is cut, however much a server says, and reasons that are always new are counted as one", () => {
  const output = new CapturedOutput();
  const log = new Log({ output, format: "json", level: "info" });
  log.write({ at: new Date(0), level: "error", message: "no ".repeat(100_000) });
  expect(output.text.length).toBeLessThan(5_000);
  const observer = new LogObserver({ log });
  const at = new Date("2025-01-01T00:00Z");
  for (let n = 0; n < 1_000; n++) {
    const slot = { slot: `/L/${n}`, start: at, end: at };
    observer.on({
      ...{ type: "slot-visited", source: "S", at, ...slot, listing: "failed", reason: `no, ${n}` },
      ...{ found: 0, lane: "backfill" },
    } as unknown as CrawlEvent);
  }
  observer.close();
  expect(output.text.split("\n").length).toBeLessThan(100);
});
