import { advance, initialProgress, LiveObserver, LogObserver, renderProgress, textWidth } from "daybook";
import type { ProgressState } from "daybook";
import { DaybookError } from "@daybook/core";
import type { CrawlEvent, FileRecord, SlotRecord, SourceStatus } from "@daybook/core";
import { expect, test } from "vitest";
import { CapturedOutput } from "./workspace.js";

const AT = new Date("2025-01-01T00:00:00Z");
const later = (seconds: number) => new Date(AT.getTime() + seconds * 1000);
const COUNTS = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };

function status(name: string, expected: number, settled: number): SourceStatus {
  const slots = { open: 0, failed: 0, partial: 0, incomplete: 0, complete: settled, empty: 0, missing: 0 };
  const summary = { slots, settled, files: COUNTS, skipped: 0, unreadable: 0 };
  return { name, range: { start: AT }, expected, unseen: expected - settled, summary, oddities: [] };
}

const file = (path: string, size: number): FileRecord => ({
  source: "A",
  path,
  slot: "/s",
  status: "stored",
  size,
  firstSeenAt: AT,
  version: 1,
  attempts: 0,
});

const slot: SlotRecord = {
  source: "A",
  path: "/s",
  start: AT,
  end: later(3600),
  listing: "entries",
  visitedAt: AT,
  closed: true,
  failures: 0,
  skipped: { count: 0, names: [] },
  unreadable: { count: 0, names: [] },
  state: "complete",
  settled: true,
  files: { ...COUNTS, stored: 12, bytes: 1_200_000 },
};

const on = (state: ProgressState, ...events: CrawlEvent[]) =>
  events.forEach((event) => advance(state, event));
const source = { source: "A", at: AT };
const started = (path: string, size: number): CrawlEvent => ({
  ...source,
  type: "file-started",
  path,
  lane: "live",
  size,
  resumedFrom: 0,
});
const lines = (state: ProgressState, seconds: number, width = 100) =>
  renderProgress(state, { now: later(seconds), bytesPerSecond: 250_000 }, width);

test("before anything happens, the ledger's figures are shown", () => {
  const state = initialProgress(AT, [status("A", 24, 20), status("LONGER", 24, 0)]);
  expect(lines(state, 0)).toEqual([
    "0 files  0 B  250 kB/s  20/48 slots settled",
    "  A         20/24  starting",
    "  LONGER     0/24  starting",
  ]);
});

test("a file on its way is shown with how far it is, and others counted", () => {
  const state = initialProgress(AT, [status("A", 24, 0)]);
  on(state, started("/s/one.BUFR", 200), started("/s/two.BUFR", 200));
  on(state, { ...source, type: "file-progress", path: "/s/one.BUFR", bytes: 150 });
  expect(lines(state, 1)[1]).toBe("  A     0/24  one.BUFR 75% and 1 more");
});

test("what was brought home is added up, what was there already isn't", () => {
  const state = initialProgress(AT, [status("A", 24, 0)]);
  on(state, started("/s/one.BUFR", 200_000));
  on(state, { ...source, type: "file-stored", file: file("/s/one.BUFR", 200_000), adopted: false });
  on(state, { ...source, type: "file-stored", file: file("/s/two.BUFR", 700_000), adopted: true });
  expect(lines(state, 1)[0]).toBe("1 file  200 kB  250 kB/s  0/24 slots settled");
});

test("the time left comes from the pace of this run, while files are on their way", () => {
  const state = initialProgress(AT, [status("A", 24, 4)]);
  for (let i = 0; i < 4; i++) on(state, { ...source, type: "slot-settled", slot });
  expect(lines(state, 60)[0]).not.toContain("left");
  on(state, started("/s/one.BUFR", 200));
  expect(lines(state, 60)[0]).toBe("0 files  0 B  250 kB/s  8/24 slots settled  about 4m 00s left");
});

test("slots that begin while the run goes on count as well", () => {
  const state = initialProgress(AT, [status("A", 1, 1)]);
  on(state, { ...source, type: "slot-settled", slot });
  expect(lines(state, 60)[0]).toContain("2/2 slots settled");
});

test("a server that is down is shown with the time of the next try, until it is back", () => {
  const state = initialProgress(AT, [status("A", 24, 0)]);
  const error = new DaybookError("network", "connection refused");
  on(state, { ...source, type: "host-down", host: "ftp://a", error, nextTryAt: later(30) });
  expect(lines(state, 10)[1]).toBe("  A     0/24  server down: connection refused; again in 20s");
  on(state, { ...source, type: "host-up", host: "ftp://a" });
  expect(lines(state, 40)[1]).toBe("  A     0/24  connected again");
});

test("the end of a source is shown with its reason", () => {
  const state = initialProgress(AT, [status("A", 2, 2), status("B", 2, 0)]);
  on(state, { ...source, type: "source-finished", outcome: "stopped" });
  on(state, {
    type: "source-failed",
    source: "B",
    at: AT,
    error: new DaybookError("auth", "wrong password"),
  });
  expect(lines(state, 1).slice(1)).toEqual(["  A      2/2  stopped", "  B      0/2  failed: wrong password"]);
  on(state, { ...source, type: "source-finished", outcome: "gaps" });
  expect(lines(state, 1)[1]).toContain("finished, but gaps remain");
});

test("a source with nothing to do tells when it looks next", () => {
  const state = initialProgress(AT, [status("A", 24, 20)]);
  on(state, { ...source, type: "source-idle", until: later(60) });
  expect(lines(state, 10)[1]).toBe("  A    20/24  next look at 00:01:00Z");
  on(state, { ...source, type: "source-idle", until: later(86_400) });
  expect(lines(state, 10)[1]).toBe("  A    20/24  next look at 2025-01-02T00:00:00Z");
});

test("no line is wider than the terminal", () => {
  const state = initialProgress(AT, [status("A", 24, 0)]);
  on(state, started(`/s/${"日本".repeat(60)}.BUFR`, 200));
  for (const width of [1, 10, 40, 79]) {
    for (const line of lines(state, 1, width)) expect(textWidth(line)).toBeLessThanOrEqual(width);
  }
});

test("a name from the server can't move the cursor", () => {
  const state = initialProgress(AT, [status("A", 24, 0)]);
  on(state, started("/s/\u001b[2Jx", 200));
  expect(lines(state, 1)[1]).toContain("\\u001b[2Jx");
});

test("many sources are cut down to those at work", () => {
  const state = initialProgress(
    AT,
    Array.from({ length: 30 }, (_, i) => status(`S${i}`, 1, 0)),
  );
  on(state, { type: "host-up", source: "S29", at: AT, host: "ftp://a" });
  const shown = lines(state, 1);
  expect(shown).toHaveLength(14);
  expect(shown[1]).toContain("S29");
  expect(shown.at(-1)).toBe("  and 18 more");
});

test("a log has a line for what matters, and none for a file that arrived", () => {
  const output = new CapturedOutput();
  const log = new LogObserver({ output });
  log.on({ ...source, type: "source-started", slots: 24 });
  log.on(started("/s/one.BUFR", 200));
  log.on({ ...source, type: "file-stored", file: file("/s/one.BUFR", 200), adopted: false });
  log.on({ ...source, type: "slot-settled", slot });
  log.on({ ...source, type: "source-finished", outcome: "complete" });
  expect(output.text.split("\n")).toEqual([
    "2025-01-01T00:00:00.000Z A: started, 24 slots",
    "2025-01-01T00:00:00.000Z A: 2025-01-01T00:00Z/2025-01-01T01:00Z complete: 12 files, 1.20 MB",
    "2025-01-01T00:00:00.000Z A: complete",
    "",
  ]);
});

test("a log tells that a source is idle once, and again after news of it", () => {
  const output = new CapturedOutput();
  const log = new LogObserver({ output });
  const idle = { ...source, type: "source-idle", until: later(60) } as const;
  const looked = {
    ...source,
    type: "slot-visited",
    slot: "/s",
    start: source.at,
    lane: "live",
    found: 0,
    listing: "empty",
  } as const;
  for (const event of [idle, looked, idle, { ...idle, source: "B" }]) log.on(event);
  log.on({ ...source, type: "file-stored", file: file("/s/one.BUFR", 200), adopted: false });
  log.on({ ...idle, until: later(90) });
  expect(output.text.split("\n")).toEqual([
    "2025-01-01T00:00:00.000Z A: nothing to do; next look at 00:01:00Z",
    "2025-01-01T00:00:00.000Z B: nothing to do; next look at 00:01:00Z",
    "2025-01-01T00:00:00.000Z A: nothing to do; next look at 00:01:30Z",
    "",
  ]);
});

test("failures are warnings that say what happens next", () => {
  const error = new DaybookError("network", "connection reset");
  const failed = { ...source, type: "file-failed", path: "/s/a\nb", error } as const;
  const looked = { type: "slot-visited", slot: "/s", start: source.at, lane: "live", found: 0 } as const;
  const visited = { ...source, ...looked };
  const output = new CapturedOutput();
  const log = new LogObserver({ output });
  log.on({ ...failed, nextAttemptAt: later(5) });
  log.on({ ...failed, error: new DaybookError("cancelled", "stopped") });
  log.on({ ...source, type: "file-quarantined", path: "/s/a", error });
  log.on({ ...visited, listing: "failed", reason: "timeout" });
  log.on({ ...visited, listing: "missing" });
  expect(output.text.trimEnd().split("\n")).toEqual([
    "2025-01-01T00:00:00.000Z warning A: /s/a\\u000ab: connection reset; again at 2025-01-01T00:00:05Z",
    "2025-01-01T00:00:00.000Z error A: given up: /s/a: connection reset",
    "2025-01-01T00:00:00.000Z warning A: /s could not be listed: timeout",
  ]);
});

test("the live block hides the cursor, keeps warnings above itself and gives the cursor back", () => {
  const output = new CapturedOutput({ isTerminal: true, columns: 60 });
  const live = new LiveObserver({ output, status: [status("A", 2, 0)] });
  live.start();
  live.on({ ...source, type: "source-failed", error: new DaybookError("auth", "wrong password") });
  live.close();
  live.close();
  const shown = output.text.split("\u001b[2A\r\u001b[J");
  expect(shown[0]).toMatch(/^\u001b\[\?25l0 files/);
  expect(shown.at(-1)).toBe(
    "error A: failed: wrong password\n" +
      "0 files  0 B  0 B/s  0/2 slots settled\n  A      0/2  failed: wrong password\n\u001b[?25h",
  );
});

test("the live block is not drawn anew for every event", () => {
  const output = new CapturedOutput({ isTerminal: true });
  const live = new LiveObserver({ output, status: [status("A", 2, 0)] });
  live.start();
  for (let i = 0; i < 1000; i++) live.on(started(`/s/${i}`, 1));
  live.close();
  expect(output.text.split("\u001b[J").length).toBeLessThanOrEqual(3);
});

test("the live block is never higher than the terminal, or it could not be erased", () => {
  const output = new CapturedOutput({ isTerminal: true, rows: 3 });
  const live = new LiveObserver({ output, status: ["A", "B", "C"].map((name) => status(name, 1, 0)) });
  live.start();
  live.close();
  expect(output.text).toContain("\u001b[2A");
  expect(output.text).not.toContain("  B  ");
});
