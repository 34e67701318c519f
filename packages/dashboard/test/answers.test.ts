import { expect, test } from "vitest";
import { answers, type Facts } from "../src/overview/answers.js";
import { countHours, GAP_LETTERS } from "../src/overview/gap-runs.js";
import { sourceView, type Flow, type SourceView } from "../src/overview/source-view.js";

const FLOWS: readonly Flow[] = ["ok", "late", "none", "over", "down", "failed"];
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
            if ((flow === "failed" || flow === "down") && !crawls) continue;
            const letters = GAP_LETTERS.filter((_, i) => gaps & (1 << i)).join("");
            const hours = countHours([`c${letters}`]);
            const source: SourceView = {
              name: "S",
              range: { start: new Date("2025-01-01T00:00Z"), end: flow === "over" ? NOW : undefined },
              flow,
              ...(flow === "failed" || flow === "down" ? { detail: "it said no", kind: "network" } : {}),
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
    if (isLost || isUnread || flow === "failed") expect(todo!.headline, what).not.toBe("Nothing");
    if (isLeft && !facts.crawls) expect(todo!.headline, what).not.toBe("Nothing");
    if (files.quarantined > 0 || isUnread) expect(said, what).toMatch(/daybook retry|and \d more/);
    // Nobody looks again where nothing crawls, or the range is over.
    if (!facts.crawls || flow === "over") expect(said, what).not.toContain("looks again by itself");
    if (!facts.crawls) expect(said, what).not.toContain("by itself");
    if (missing!.headline !== "Nothing") expect(why!.headline, what).not.toBe("Nothing is wrong");
    if (flow === "failed") expect(said, what).toContain("start it again");
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
  const running = { activity: undefined, hosts: undefined, silentSince: undefined };
  const source = sourceView(settings as never, STATUS, days, running, NOW);
  expect(source).toMatchObject({ pastHours: 4, gapHours: 1 });
  const facts = { now: NOW, crawls: true, sources: [source], hosts: [], gaps: [], givenUp: [] };
  const [, missing, why, todo] = answers(facts);
  expect(missing!.headline).toBe("1 hour");
  expect(missing!.details[0]).toBe("75.00 % of 4 hours complete");
  expect(why!.headline).toBe("1 hour with less at the source than is expected");
  expect(todo!.headline).toContain("daybook gaps names it");
});
