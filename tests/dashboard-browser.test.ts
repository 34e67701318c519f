import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bufrInspector, template, type SlotRecord } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import { RemoteTree } from "@daybook/testing";
import { DEMO_RADARS, demoScenario } from "daybook";
import { expect, onTestFinished } from "vitest";
import { place, RANGE } from "../packages/dashboard/test/support/place.js";
import { fillYear } from "../packages/dashboard/tools/year.mjs";
import { browserTest, openPage } from "./support/chromium.js";
import { shownCrawl } from "./support/shown-crawl.js";

const LAYOUT =
  "/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/{radar}_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";

/** The demo's tree on a real FTP server, crawled and shown; the late file's whole hour is held back. */
async function demo() {
  const scenario = demoScenario(new Date());
  const tree = new RemoteTree();
  const lateHour = [...scenario.files, scenario.late].filter(({ slot }) => slot === scenario.late.slot);
  const put = ({ path, bytes, observedAt }: (typeof lateHour)[number]) =>
    tree.put(path, bytes, new Date(Math.min(observedAt.getTime() + 60_000, Date.now())));
  for (const file of [...scenario.files, scenario.damaged]) if (!lateHour.includes(file)) put(file);
  const { url } = await shownCrawl(tree, (transport) =>
    DEMO_RADARS.map((radar) => ({
      name: radar,
      plugins: [transport, bufrInspector()],
      layout: template(LAYOUT, { radar }),
      start: scenario.start,
      poll: 300,
      grace: 1_000,
      lookback: 7_200_000,
      maxAttempts: 2,
      retryDelay: 100,
    })),
  );
  return { url, scenario, putLate: () => lateHour.forEach(put) };
}

const hourOf = (slot: string) => `${slot.slice(-2)}:00`;

browserTest(
  "the page shows the missing hour, the damaged file with its reason, and a late hour that becomes complete meanwhile",
  async () => {
    const { url, scenario, putLate } = await demo();
    const { page, troubles } = await openPage(url);
    const gaps = page.locator(".card", { hasText: "Gaps" }).first();
    await gaps
      .getByRole("button", { name: new RegExp(`AR5.*${hourOf(scenario.missing.slot)}.*missing`) })
      .waitFor();
    const damaged = page.getByRole("button", { name: /RMA5.*BUFR.*7777/ });
    await damaged.waitFor();

    const late = gaps.getByRole("button", {
      name: new RegExp(`RMA1.*${hourOf(scenario.late.slot)}.*missing`),
    });
    await late.click();
    const hour = page.locator(`.slots button[data-key="${scenario.late.slot}"]`);
    await hour.and(page.locator('[data-state="missing"]')).waitFor();
    putLate();
    await hour.and(page.locator('[data-state="complete"]')).waitFor();
    await late.waitFor({ state: "detached" });

    await damaged.click();
    await page
      .locator(".panel")
      .getByText(/It was given up: .*7777/)
      .waitFor();
    expect(troubles).toEqual([]);
  },
  90_000,
);

browserTest("a keyboard goes from the picture to a day, an hour and a file, and back", async () => {
  const { url } = await place();
  const { page, troubles } = await openPage(url);
  const focused = () =>
    page.evaluate<string>(
      "document.activeElement.getAttribute('data-key') ?? document.activeElement.className",
    );
  const carpet = page.getByRole("slider", { name: /^RMA1/ });
  await carpet.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  expect(await carpet.getAttribute("aria-valuetext")).toMatch(/^Thursday,? 2 January 2025: 2\d complete/);
  await page.keyboard.press("Enter");
  await page.locator(".slots button").first().waitFor();
  await expect.poll(focused).toMatch(/^\/L2\/RMA1\/2025\/01\/02\//);
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toBe("/L2/RMA1/2025/01/02/01");
  await page.keyboard.press("Enter");
  await expect.poll(focused).toMatch(/BUFR$/);
  await page.getByText("Its state is complete").waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Version 1 was stored").waitFor();
  expect(page.url()).toContain("path=");
  await page.keyboard.press("Escape");
  await expect.poll(focused).toMatch(/BUFR$/);
  await page.keyboard.press("Escape");
  await expect.poll(focused).toBe("/L2/RMA1/2025/01/02/01");
  await page.keyboard.press("Escape");
  await expect.poll(focused).toBe("carpet");
  expect(await page.locator(".panel").isHidden()).toBe(true);
  expect(troubles).toEqual([]);
});

browserTest(
  "the address of a file opens it, and without the token there is only the way to log in",
  async () => {
    const token = "a-token-of-32-characters-or-more";
    const { url, daybook } = await place({ token });
    let path = "";
    for await (const file of daybook.files({ source: "RMA1", limit: 1 })) path = file.path;
    const closed = await openPage(url, {}, "input[type=password]");
    expect(await closed.page.locator("body").innerText()).not.toContain("RMA1");
    await closed.page.getByLabel("Token").fill(token);
    await closed.page.getByRole("button", { name: "Log in" }).click();
    await closed.page.waitForSelector("body[data-ready]");

    const address = new URL(`#${new URLSearchParams({ source: "RMA1", date: "2025-01-01", path })}`, url);
    const headers = { authorization: `Bearer ${token}` };
    const open = await openPage(address.href, { extraHTTPHeaders: headers });
    await open.page.getByText("Version 1 was stored").waitFor();
  },
  120_000,
);

browserTest(
  "20 sources with a year each are on the page, every hour of them",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "daybook-year-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const store = new SqliteStore({ path: join(folder, "state.db") });
    const radars = Array.from({ length: 20 }, (_, i) => `RMA${i + 1}`);
    const range = { start: new Date("2025-01-01T00:00Z"), end: new Date("2026-01-01T00:00Z") };
    const { url } = await place({ store, radars, range });
    const { page, troubles } = await openPage(url);
    expect(await page.getByRole("slider").count()).toBe(20);
    const last = page.getByRole("slider", { name: /^RMA20,/ });
    await last.focus();
    await page.keyboard.press("Home");
    expect(await last.getAttribute("aria-valuetext")).toMatch(/1 January 2025: 2\d complete/);
    expect(await last.getAttribute("aria-valuemax")).toBe(String(Date.parse("2025-12-31") / 86_400_000));
    expect(troubles).toEqual([]);
  },
  240_000,
);

/** In the page: how often each picture was drawn, and how many were when the first frame came after. */
const COUNT_DRAWINGS = `
  window.drawings = new Map();
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (...given) {
    if (drawings.size === 0) requestAnimationFrame(() => (window.drawnFirst = drawings.size));
    drawings.set(this, (drawings.get(this) ?? 0) + 1);
    return getContext.apply(this, given);
  };
`;

browserTest(
  "pictures in view are drawn first, all of them once, and what didn't change isn't drawn again",
  async () => {
    const radars = Array.from({ length: 20 }, (_, i) => `RMA${i + 1}`);
    const { url, store, live } = await place({ radars });
    const { page, troubles } = await openPage(url, {}, undefined, COUNT_DRAWINGS);
    const drawings = () => page.evaluate<number[]>("[...drawings.values()]");
    await expect.poll(drawings).toHaveLength(20);
    const first = await page.evaluate<number>("drawnFirst");
    expect(first).toBeGreaterThan(1);
    expect(first).toBeLessThan(10);
    await page.waitForResponse((response) => response.url().includes("/availability"));
    const at = new Date();
    const hour = { start: RANGE.start, end: new Date(RANGE.start.getTime() + 3_600_000) };
    await fillYear(store, ["RMA1"], hour, undefined, () => "complete");
    live.on({ type: "slot-settled", source: "RMA1", at, slot: hour as never });
    await expect.poll(drawings).toEqual(radars.map((_, i) => (i === 0 ? 2 : 1)));
    await page.getByRole("button", { name: "Show a week" }).click();
    await expect.poll(drawings).toEqual(radars.map((_, i) => (i === 0 ? 3 : 2)));
    expect(troubles).toEqual([]);
  },
  120_000,
);

browserTest(
  "what happened to an old hour while the page wasn't connected is asked for once it is",
  async () => {
    const { url, daybook, store, live } = await place({ radars: ["RMA1"] });
    const { page } = await openPage(url);
    let connect!: () => void;
    const connected = new Promise<void>((resolve) => (connect = resolve));
    onTestFinished(connect);
    await page.route("**/api/v1/events", (route) => connected.then(() => route.continue()));
    await page.reload();
    const days = page.getByLabel("RMA1, hours by day. Enter opens a day.");
    await days.press("Home");
    const told = () => days.getAttribute("aria-valuetext");
    expect(await told()).toContain("1 January 2025: 23 complete, 1 missing");

    const records: SlotRecord[] = [];
    for await (const { record } of daybook.slots()) if (record) records.push(record);
    const { source, path: slot, start, end } = records[1]!;
    await store.record([{ kind: "visit", visit: { ...records[1]!, listing: "failed", closed: false } }]);
    const at = new Date();
    live.on({
      type: "slot-visited",
      source,
      at,
      slot,
      start,
      end,
      lane: "live",
      listing: "failed",
      found: 0,
    });
    connect();
    await expect.poll(told, { timeout: 5_000 }).toContain("1 January 2025: 22 complete, 1 missing");
  },
);

browserTest("a picture has its hours' colours: whole ones solid, missing ones hollow", async () => {
  const { url } = await place();
  const { page } = await openPage(url);
  /** In the middle of the first of fourteen days, at the right of a month. */
  const colourAt = (hour: number) =>
    page.evaluate<string>(`(() => {
      const canvas = document.querySelector(".carpet canvas");
      const [x, y] = [((31 - 14 + 0.5) * canvas.width) / 31, (${hour} * canvas.height) / 24];
      const [r, g, b] = canvas.getContext("2d").getImageData(x, y, 1, 1).data;
      return "#" + [r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("");
    })()`);
  const styleOf = (name: string) =>
    page.evaluate<string>(`getComputedStyle(document.documentElement).getPropertyValue("--${name}").trim()`);
  expect(await colourAt(1.5)).toBe(await styleOf("complete"));
  expect(await colourAt(0.05)).toBe(await styleOf("missing"));
  expect(await colourAt(0.5)).toBe(await styleOf("surface"));
});
