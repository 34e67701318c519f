import { expect, test } from "vitest";
import { answers, type Facts } from "../src/overview/answers.js";
import { countHours, GAP_LETTERS } from "../src/overview/gap-runs.js";
import { sourceView, type Flow, type SourceView } from "../src/overview/source-view.js";

const FLOWS: readonly Flow[] = ["ok", "late", "none", "over", "down", "paused", "failed"];
const HELD: ReadonlySet<Flow> = new Set(["failed", "paused", "down"]);
const NOW = new Date("2025-01-02T00:00Z");

const STATUS = {
  expected: 4,
  unseen: 0,
  summary: { slots: {}, files: { pending: 0, quarantined: 0, stored: 4, gone: 0, expired: 0, bytes: 1 } },
  newest: NOW,
  oddities: [],
} as never;

/** Every flow with every set of gaps, with and without files to come, given up, and lines that can't be read. */
function* states(): Generator<{ what: string; facts: Facts; source: SourceView }> {
  for (const flow of FLOWS)
    for (let gaps = 0; gaps < 2 ** GAP_LETTERS.length; gaps++)
      for (const [pending, quarantined] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const)
        for (const unreadable of [false, true])
          for (const crawls of [false, true]) {
            if (flow === "down" && !crawls) continue;
            const letters = GAP_LETTERS.filter((_, i) => gaps & (1 << i)).join("");
            const hours = countHours([`c${letters}`]);
            const source: SourceView = {
              name: "S",
              range: { start: new Date("2025-01-01T00:00Z"), end: flow === "over" ? NOW : undefined },
              flow,
              ...(HELD.has(flow) ? { detail: "it said no", kind: "network" } : {}),
              ...(flow === "paused" && { because: pending > 0 ? "login" : "destination" }),
              newest: new Date("2025-01-01T23:00Z"),
              lagMs: flow === "over" ? undefined : 3_600_000,
              slots: {},
              files: { pending, quarantined, stored: 1, gone: 0, expired: 0, bytes: 1 },
              hours,
              pastHours: 1 + letters.length,
              gapHours: letters.length,
              timeless: false,
              oddities: unreadable
                ? [{ slot: "/L/2025/01/01/05", what: "unreadable", count: 1, names: ["x"] }]
                : [],
            };
            const facts: Facts = {
              now: NOW,
              crawls,
              sources: [source],
              hosts: [],
              gaps: [],
              givenUp: quarantined > 0 ? [{ source: "S", reason: "damaged" }] : [],
            };
            const what = JSON.stringify({ flow, letters, pending, quarantined, unreadable, crawls });
            yield { what, facts, source };
          }
}

test("what to do never contradicts what is missing, in any state", () => {
  for (const { what, facts, source } of states()) {
    const [, missing, why, todo] = answers(facts);
    const said = [todo!.headline, ...todo!.details].join("; ");
    const { hours, files, flow } = source;
    const isLost = hours.missing + hours.empty + hours.incomplete + files.quarantined > 0;
    const isUnread =
      source.oddities.length > 0 ||
      (!facts.crawls && hours.partial > 0 && files.pending + files.quarantined === 0);
    const isLeft = hours.failed + hours.unseen + files.pending > 0;
    if (isLost || isUnread || flow === "failed" || flow === "paused")
      expect(todo!.headline, what).not.toBe("Nothing");
    if (isLeft && !facts.crawls) expect(todo!.headline, what).not.toBe("Nothing");
    if (files.quarantined > 0 || isUnread) expect(said, what).toMatch(/daybook retry|and \d more/);
    // Nobody looks again where nothing crawls, or the range is over.
    if (!facts.crawls || flow === "over") expect(said, what).not.toContain("looks again by itself");
    if (!facts.crawls && flow !== "paused") expect(said, what).not.toContain("by itself");
    if (!facts.crawls) expect(said, what).not.toContain("; it goes on by itself");
    if (missing!.headline !== "Nothing") expect(why!.headline, what).not.toBe("Nothing is wrong");
    if (flow === "failed") expect(said, what).toContain("start it again");
    if (flow === "paused") expect(why!.headline, what).toBe("S: it said no");
  }
});

test.each([
  ["login", "auth", undefined, "Correct the user or password of S"],
  ["login", "unsupported", undefined, "See why S is not let in"],
  ["destination", "no-space", undefined, "Make room on the disk of S"],
  ["destination", "store", undefined, "Bring back the disk of S"],
  ["stopped", "auth", undefined, "Correct the user or password of S, then start it again"],
  ["stopped", "config", "other-destination", "Mount the destination of S"],
] as const)("what to do about %s of kind %s, code %s", (cause, kind, code, todo) => {
  const since = new Date("2025-01-01T20:00Z");
  const troubles = [{ source: "S", cause, kind, code, detail: "it said no", since }];
  const settings = { name: "S", range: { start: NOW }, policy: { lookback: 0, poll: 60_000 } };
  const running = { activity: undefined, hosts: undefined, silentSince: undefined, troubles };
  const source = sourceView(settings as never, STATUS, { days: ["cccc"], timeless: false }, running, NOW);
  const said = answers({ now: NOW, crawls: false, sources: [source], hosts: [], gaps: [], givenUp: [] });
  expect(said[0]).toMatchObject({ verdict: "bad", headline: "Not from 1 source of 1" });
  expect(said[2]!.headline).toBe("S: it said no");
  expect(said[3]!.headline).toContain(todo);
  if (cause !== "stopped") expect(source).toMatchObject({ flow: "paused", because: cause, since });
});

test("a clock in doubt is told with what follows and what to do", () => {
  for (const { facts } of states()) {
    const [, , why, todo] = answers({ ...facts, clock: "this machine's clock says 2031" });
    expect([why!.headline, ...why!.details].join()).toMatch(/clock says 2031|and \d+ more/);
    expect([todo!.headline, ...todo!.details].join()).toMatch(/--trust-clock|and \d+ more/);
    expect(todo!.headline).not.toBe("Nothing");
  }
});

test("an hour of a range that is over with a line that can't be read is told with its command", () => {
  for (const { facts, source } of states()) {
    if (
      source.flow !== "over" ||
      source.oddities.length === 0 ||
      source.gapHours !== 1 ||
      source.hours.partial !== 1
    )
      continue;
    const todo = answers(facts)[3]!;
    expect([todo.headline, ...todo.details].join("; ")).toContain("daybook retry /L/2025/01/01/05");
  }
});

test("an hour with less than its source is expected to have counts as lacking, and is told with who names what", () => {
  const days = { days: ["ccic"], timeless: false };
  const settings = { name: "S", range: { start: NOW }, policy: { lookback: 0, poll: 60_000 } };
  const running = { activity: undefined, hosts: undefined, silentSince: undefined, troubles: [] };
  const source = sourceView(settings as never, STATUS, days, running, NOW);
  expect(source).toMatchObject({ pastHours: 4, gapHours: 1 });
  const facts = { now: NOW, crawls: true, sources: [source], hosts: [], gaps: [], givenUp: [] };
  const [, missing, why, todo] = answers(facts);
  expect(missing!.headline).toBe("1 hour");
  expect(missing!.details[0]).toBe("75.00 % of 4 hours complete");
  expect(why!.headline).toBe("1 hour with less at the source than is expected");
  expect(todo!.headline).toContain("daybook gaps names it");
});
