import { reportHtml } from "@daybook/dashboard";
import { MemoryStore } from "@daybook/core";
import { expect, test } from "vitest";
import { place, SOURCES } from "./support/place.js";

test("a report is one file without scripts that tells every source's hours and gaps", async () => {
  const { daybook } = await place();
  const html = await reportHtml(daybook);
  for (const name of SOURCES) expect(html).toContain(`<h3>${name} <small>`);
  expect(html).not.toMatch(/<script|\son\w+=|style="|src=|href=|https?:/);
  expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);

  // Each hour is in one path, as often as its state says.
  const lengths = (state: string) =>
    [...html.matchAll(new RegExp(`<path class="${state}" d="([^"]*)"`, "g"))]
      .flatMap(([, d]) => [...d!.matchAll(/v(\d+)/g)])
      .reduce((sum, [, n]) => sum + Number(n), 0);
  const states = new Map<string, number>();
  for await (const { state } of daybook.slots()) states.set(state, (states.get(state) ?? 0) + 1);
  for (const [state, n] of states) expect([state, lengths(state)]).toEqual([state, n]);
});

test("what a server named is text in a report, never markup", async () => {
  const store = new MemoryStore();
  const { daybook } = await place({ store });
  for await (const file of daybook.files({ source: "RMA1", limit: 1 })) {
    const path = `${file.slot}/<img src=x onerror=alert(1)>\u202e"&.BUFR`;
    await store.record([
      { kind: "file", file: { ...file, path, status: "quarantined", reason: "<b>bad</b>" } },
    ]);
  }
  const html = await reportHtml(daybook);
  expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
  expect(html).toContain("&lt;b&gt;bad&lt;/b&gt;");
  expect(html).not.toMatch(/<img|<b>|\u202e/);
});
