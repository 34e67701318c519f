import { expect, test } from "vitest";
import { place } from "./support/place.js";

interface Overview {
  answers: { headline: string; details: string[] }[];
  sources: { name: string; flow: string; stale?: boolean; silentSince?: string }[];
}

test("a source that a hook takes for silent is told as stale until something comes", async () => {
  const range = { start: new Date(Date.now() - 7_200_000) };
  const { live, json, get } = await place({ radars: ["RMA1", "RMA5"], range: { ...range, end: new Date() } });
  const [at, since] = [new Date(), new Date(Date.now() - 1_800_000)];
  const stale = async () =>
    (await json<Overview>("/api/v1/overview")).sources.map(({ stale, silentSince }) => [stale, silentSince]);
  expect(await stale()).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ]);
  live.on({ type: "source-fresh", source: "RMA1", at, hook: "pager" });
  live.on({ type: "source-stale", source: "RMA1", at, hook: "mail", since });
  live.on({ type: "source-fresh", source: "RMA5", at, hook: "pager" });
  expect(await stale()).toEqual([
    [true, since.toISOString()],
    [false, undefined],
  ]);
  const metrics = await (await get("/metrics")).text();
  expect(metrics).toMatch(
    /^daybook_source_stale\{source="RMA1"\} 1\ndaybook_source_stale\{source="RMA5"\} 0$/m,
  );
  live.on({ type: "source-fresh", source: "RMA1", at, hook: "mail", silentSince: since });
  expect((await stale())[0]).toEqual([false, undefined]);
});
