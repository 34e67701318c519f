import { template, type Availability } from "@daybook/core";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { place, sourceOf } from "./support/place.js";
import type { Fate } from "../tools/year.mjs";

interface Page {
  files: { path: string }[];
  gaps: { kind: string; start: string; path?: string }[];
  cursor?: string;
}

async function allPages(json: (path: string) => Promise<Page>, path: string, limit: number) {
  const found: unknown[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await json(
      `${path}${path.includes("?") ? "&" : "?"}limit=${limit}${cursor ? `&cursor=${cursor}` : ""}`,
    );
    found.push(...(page.files ?? page.gaps));
    if ((page.files ?? page.gaps).length > limit) throw new Error("more than asked for");
    if (page.cursor === undefined) return found;
    cursor = page.cursor;
  }
}

test("the availability is a letter an hour, and agrees with the slots of each day", async () => {
  const { json, daybook } = await place();
  const { letters, sources } = await json<{
    letters: Record<string, string>;
    sources: (Omit<Availability, "from"> & { from: string })[];
  }>("/api/v1/availability?source=RMA5");
  expect(sources).toHaveLength(1);
  expect(sources[0]).toMatchObject({ source: "RMA5", from: "2025-01-01", timeless: false });
  const hours = sources[0]!.days.join("");
  expect(hours).toHaveLength(14 * 24);
  const states: string[] = [];
  for await (const { state } of daybook.slots({ sources: ["RMA5"] })) states.push(state);
  expect([...hours].map((letter) => letters[letter])).toEqual(states);
  expect(new Set(states)).toEqual(new Set(["complete", "missing", "failed", "partial"]));

  const { slots } = await json<{ slots: { state: string }[] }>("/api/v1/sources/RMA5/days/2025-01-03");
  expect(slots.map(({ state }) => state)).toEqual(states.slice(48, 72));
  const some = await json<{ sources: Availability[] }>(
    "/api/v1/availability?source=RMA5&from=2025-01-03&to=2025-01-05",
  );
  expect(some.sources[0]).toMatchObject({ from: "2025-01-03", days: sources[0]!.days.slice(2, 4) });
});

test("hours that nobody listed, and those outside the range, are told apart from those that are missing", async () => {
  const range = { start: "2025-01-01T22:00Z", end: "2025-01-02T02:00Z" };
  const { json } = await place({ fill: false, sources: [{ ...sourceOf("RMA1"), ...range }] });
  const { sources } = await json<{ sources: Availability[] }>("/api/v1/availability");
  expect(sources[0]!.days).toEqual([`${"-".repeat(22)}uu`, `uu${"-".repeat(22)}`]);
});

test("a source without dates says that it has no hours", async () => {
  const { json } = await place({
    fill: false,
    sources: [{ ...sourceOf("flat"), layout: template("/incoming/{name}.BUFR"), end: undefined }],
  });
  const { sources } = await json<{ sources: Availability[] }>("/api/v1/availability");
  expect(sources[0]).toMatchObject({ source: "flat", days: [], timeless: true });
});

test("files come page by page, each once and in order, whatever the page's size", async () => {
  const { json, daybook } = await place();
  const expected: string[] = [];
  for await (const { path } of daybook.files({ source: "RMA1" })) expected.push(path);
  expect(expected.length).toBeGreaterThan(300);
  for (const limit of [7, 100, 1000]) {
    const files = (await allPages(json, "/api/v1/sources/RMA1/files", limit)) as { path: string }[];
    expect(files.map(({ path }) => path)).toEqual(expected);
  }
  const bad = await json<Page>("/api/v1/sources/RMA1/files?status=quarantined&from=2025-01-01&to=2025-01-10");
  expect(bad.files.length).toBeGreaterThan(0);
  const slot = expected[5]!.slice(0, expected[5]!.lastIndexOf("/"));
  expect((await json<Page>(`/api/v1/sources/RMA1/files?slot=${slot}`)).files).toHaveLength(1);
});

test("gaps come page by page, and are those that the ledger tells", async () => {
  const { json, daybook } = await place();
  const expected: unknown[] = [];
  for await (const gap of daybook.gaps()) expected.push(JSON.parse(JSON.stringify(gap)));
  expect(expected.length).toBeGreaterThan(8);
  for (const limit of [1, 3, 1000]) expect(await allPages(json, "/api/v1/gaps", limit)).toEqual(expected);
  const some = await json<Page>("/api/v1/gaps?source=RMA5&from=2025-01-03&to=2025-01-04");
  expect(some.gaps.length).toBeGreaterThan(0);
  expect(some.gaps.every(({ start }) => start.startsWith("2025-01-03"))).toBe(true);
  expect((await json<Page>("/api/v1/gaps?from=2030-01-01")).gaps).toEqual([]);
  const { cursor } = await json<Page>("/api/v1/gaps?source=RMA5&from=2025-01-03&limit=1");
  expect(cursor).toBeDefined();
  for (const to of ["2025-01-02", some.gaps[0]!.start])
    expect(await json<Page>(`/api/v1/gaps?source=RMA5&to=${to}&cursor=${cursor}`)).toEqual({ gaps: [] });
});

test("a range that is over isn't through while hours are to be listed or files are on their way", async () => {
  const range = { start: new Date("2025-01-01T00:00Z"), end: new Date("2025-01-01T03:00Z") };
  const flowing = async (fate: Fate) => {
    const { json } = await place({ radars: ["RMA1"], range, fate });
    const { answers } = await json<{ answers: { verdict: string; headline: string }[] }>("/api/v1/overview");
    return answers[0]!;
  };
  expect(await flowing(() => "complete")).toMatchObject({ verdict: "good", headline: "Every range is over" });
  expect(await flowing((_, n) => (n === 1 ? "failed" : "complete"))).toMatchObject({
    verdict: "watch",
    headline: "Every range is over, but 1 hour is still to be listed",
  });
  expect(await flowing(() => "fetching")).toMatchObject({
    verdict: "watch",
    headline: "Every range is over, but 3 files are still to come",
  });
});

test("the overview answers the four questions from the ledger", async () => {
  const { json } = await place();
  const { answers, sources, gaps, givenUp } = await json<{
    answers: { question: string; headline: string; details: string[]; verdict: string }[];
    sources: { name: string; gapHours: number; pastHours: number; hours: Record<string, number> }[];
    gaps: { start: string }[];
    givenUp: { reason: string }[];
  }>("/api/v1/overview");
  expect(answers.map(({ question }) => question)).toEqual([
    "Is data flowing?",
    "What is missing?",
    "Why?",
    "What do I do?",
  ]);
  const lost = sources.reduce((sum, { gapHours }) => sum + gapHours, 0);
  expect(answers[1]!.headline).toBe(`${lost} hours, ${givenUp.length} files`);
  expect(answers[2]!.details.join()).toContain("given up: bad-content");
  expect(sources.map(({ pastHours }) => pastHours)).toEqual([336, 336]);
  expect([...gaps].sort((a, b) => (a.start < b.start ? 1 : -1))).toEqual(gaps);
});

test("a file's and an hour's story are told, and what nobody knows is a 404", async () => {
  const { json, get } = await place();
  const [file] = (await json<Page>("/api/v1/sources/RMA1/files?limit=1")).files;
  const told = await json<{ what: string; story: string[] }>(
    `/api/v1/sources/RMA1/explain?path=${file!.path}`,
  );
  expect(told.what).toBe("file");
  expect(told.story.join()).toContain("Version 1 was stored");
  expect(await json("/api/v1/sources/RMA1/explain?path=/L2/RMA1/2025/01/05/06")).toMatchObject({
    what: "slot",
  });
  const outside = await json<{ story: string[] }>("/api/v1/sources/RMA1/explain?path=/L2/RMA1/2031/01/05/06");
  expect(outside.story.join()).toContain("outside the source's range");
  for (const path of ["/etc/passwd", "/L2/RMA1/2031/01/05/24"])
    expect((await get(`/api/v1/sources/RMA1/explain?path=${path}`)).status).toBe(404);
});

test("delays tell how late files came and which lookback would do", async () => {
  const { json } = await place();
  const delays = await json<{ files: number; counts: number[]; median: number; suggestedLookback: number }>(
    "/api/v1/sources/RMA1/delays",
  );
  expect(delays.files).toBeGreaterThan(100);
  expect(delays.counts.reduce((a, b) => a + b)).toBe(delays.files);
  expect(delays.median).toBeGreaterThanOrEqual(120_000);
  expect(delays.suggestedLookback).toBe(300_000);
});

test("metrics are in the format that Prometheus reads, with what the ledger holds", async () => {
  const { get } = await place();
  const response = await get("/metrics");
  expect(response.headers.get("content-type")).toContain("version=0.0.4");
  const text = await response.text();
  for (const line of text.trimEnd().split("\n"))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+]+)$/);
  expect(text).toMatch(/daybook_slots\{source="RMA1",state="missing"\} [1-9]/);
  expect(text).toMatch(/daybook_files\{source="RMA5",status="quarantined"\} [1-9]/);
});

test("Grafana's panels ask only for metrics that there are", async () => {
  const { get } = await place();
  const metrics = new Set(
    [...(await (await get("/metrics")).text()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name),
  );
  const file = readFileSync(new URL("../grafana/daybook.json", import.meta.url), "utf8");
  const { panels } = JSON.parse(file) as { panels: { targets: { expr: string }[] }[] };
  const asked = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/daybook_\w+/g)!));
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !metrics.has(name))).toEqual([]);
});

test("files are put back only by a dashboard that may write, and never for another site's page", async () => {
  const reader = await place();
  const body = JSON.stringify({ source: "RMA1", paths: ["/L2/RMA1/2025/01/05/06"] });
  const headers = { "content-type": "application/json" };
  const post = { method: "POST", body, headers };
  expect((await reader.get("/api/v1/retry", post)).status).toBe(403);
  const writer = await place({ writable: true });
  const foreign = { ...post, headers: { ...headers, origin: "http://evil.example" } };
  expect((await writer.get("/api/v1/retry", foreign)).status).toBe(403);
  expect(
    (await writer.get("/api/v1/retry", { ...post, headers: { "content-type": "text/plain" } })).status,
  ).toBe(415);
  expect(await (await writer.get("/api/v1/retry", post)).json()).toEqual({ files: 0, slots: 1 });
  const unknown = { ...post, body: JSON.stringify({ source: "RMA1", paths: ["/nowhere"] }) };
  expect(await (await writer.get("/api/v1/retry", unknown)).json()).toEqual({
    files: 0,
    slots: 0,
    refused: [{ path: "/nowhere", reason: "the ledger doesn't know it" }],
  });
  const { slots } = await writer.json<{ slots: { path: string; nextVisitAt?: string }[] }>(
    "/api/v1/sources/RMA1/days/2025-01-05",
  );
  expect(slots.find(({ path }) => path.endsWith("/06"))!.nextVisitAt).toBeDefined();
});

test("what happens in a crawl is streamed to whoever watches", async () => {
  const { live, get } = await place();
  const stream = (await get("/api/v1/events")).body!.pipeThrough(new TextDecoderStream()).getReader();
  const until = async (what: string) => {
    for (let text = ""; ;) {
      text += (await stream.read()).value ?? "";
      if (text.includes(what)) return text;
    }
  };
  expect(await until("event: transfers\ndata: []")).toContain("retry: 2000");
  const at = new Date();
  const base = { source: "RMA1", at, path: "/a" };
  live.on({ ...base, type: "file-started", lane: "live", size: 100, resumedFrom: 0 });
  live.on({ ...base, type: "file-progress", bytes: 40 });
  expect(await until('"bytes":40')).toContain('"size":100');
  const slot = { start: new Date("2025-01-03T05:00Z") } as never;
  live.on({ type: "slot-settled", source: "RMA5", at, slot });
  expect(await until("event: changed")).toContain('{"sources":{"RMA5":["2025-01-03","2025-01-03"]}}');
  await stream.cancel();
});
