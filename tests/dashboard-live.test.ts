import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { template } from "@daybook/core";
import { RemoteTree } from "@daybook/testing";
import { expect, onTestFinished } from "vitest";
import { browserTest, openPage } from "./support/chromium.js";
import { start } from "./support/command.js";
import { shownCrawl } from "./support/shown-crawl.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WITHIN = { timeout: 30_000, interval: 100 };

const stamp = (time: Date) => time.toISOString().replace(/[-:]/g, "").slice(0, 15);
const slotOf = (time: Date) => `/L2/RMA1/${time.toISOString().slice(0, 13).replace(/[-T]/g, "/")}`;
const pathOf = (time: Date) => `${slotOf(time)}/RMA1_${stamp(time)}.BUFR`;

/** A source on a real FTP server with a hundred small files of the last hour, crawled at 100 kB/s while it is shown. */
async function slowly() {
  const tree = new RemoteTree();
  const start = new Date(Math.floor(Date.now() / HOUR) * HOUR - HOUR);
  for (let i = 0; i < 100; i++) {
    const time = new Date(start.getTime() + i * 30_000);
    tree.put(pathOf(time), "RMA1", new Date(time.getTime() + MINUTE));
  }
  const { url, daybook } = await shownCrawl(tree, (transport) => [
    {
      name: "RMA1",
      plugins: [transport],
      layout: template("/L2/RMA1/{yyyy}/{MM}/{dd}/{HH}/RMA1_{yyyy}{MM}{dd}T{HH}{mm}{ss}.BUFR"),
      start: start.toISOString(),
      poll: 300,
      lookback: 2 * HOUR,
      limit: { rate: "100kB/s" },
    },
  ]);
  const stored = async () => (await daybook.status())[0]!.summary.files.stored;
  await expect.poll(stored, WITHIN).toBe(100);
  return { url, tree, start };
}

browserTest(
  "a file on its way is a row that grows and goes, and how far behind its source is and how much is open are told",
  async () => {
    const { url, tree, start } = await slowly();
    const { page, troubles } = await openPage(url);
    const card = (title: string) => page.locator(".card", { hasText: title }).first();
    await page.locator(".badge", { hasText: /\d.* behind$/ }).waitFor();
    await page.getByText(/100 files observed since/).waitFor();
    await page.getByText(/^Its lookback is .*: (just right|99 of 100 of these files)/).waitFor();
    await card("Connections")
      .getByText(/^[1-3] of 3 open/)
      .waitFor();

    const large = pathOf(new Date(start.getTime() + 55 * MINUTE + 15_000));
    tree.put(large, Buffer.alloc(1_000_000, 1), new Date(Date.now() - 2 * MINUTE));
    const row = page.locator("li", { hasText: large.slice(-20) }).filter({ has: page.locator("progress") });
    await row.waitFor();
    const told = new Set<string>();
    const done = async () => {
      const texts = await row.allTextContents();
      for (const text of texts) told.add(/[\d.]+ k?B of 1\.0 MB, [\d.]+ [kM]?B\/s/.exec(text)?.[0] ?? text);
      return texts.length;
    };
    await expect.poll(done, WITHIN).toBe(0);
    const amounts = [...told].map((text) => Number.parseFloat(text));
    expect(amounts.length).toBeGreaterThan(1);
    expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
    await page.getByText("101 files, 1.0 MB").waitFor();
    expect(troubles).toEqual([]);
  },
  90_000,
);

browserTest(
  "the demo's page shows its missing hour, its damaged file with the reason, and the file that came late",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "daybook-demo-page-"));
    const { process: child, ended } = start(["demo", join(folder, "demo"), "--serve", "127.0.0.1:0"]);
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    });
    const said: string[] = [];
    for (const input of [child.stdout!, child.stderr!])
      createInterface({ input }).on("line", (line) => said.push(line));
    const find = (pattern: RegExp) => pattern.exec(said.join("\n"))?.[1];
    await expect.poll(() => find(/The dashboard is at (\S+)/), WITHIN).toBeDefined();
    const { page, troubles } = await openPage(find(/The dashboard is at (\S+)/)!);
    const gaps = page.locator(".card", { hasText: "Gaps" }).first();
    await gaps.getByRole("button", { name: /AR5.*missing/ }).waitFor();
    const damaged = page.getByRole("button", { name: /RMA5.*BUFR.*7777/ });
    await damaged.click();
    await page
      .locator(".panel")
      .getByText(/It was given up: .*7777/)
      .waitFor();
    await expect.poll(() => find(/One file came late.*\n {2}(\/L2\/\S+BUFR), stored/), WITHIN).toBeDefined();
    const late = find(/One file came late.*\n {2}(\/L2\/\S+BUFR), stored/)!;
    const [, radar, date] = /^\/L2\/(\w+)\/(\d{4}\/\d\d\/\d\d)/.exec(late)!;
    const slot = /^(.*\/\d\d\/\d\d\/\d\d)\//.exec(late)![1]!;
    const query = new URLSearchParams({ source: radar!, date: date!.replaceAll("/", "-"), slot, path: late });
    await page.goto(`${new URL(page.url()).origin}/#${query}`);
    await page
      .locator(".panel")
      .getByText(/^Version 1 was stored/)
      .waitFor();
    expect(troubles).toEqual([]);
  },
  120_000,
);
