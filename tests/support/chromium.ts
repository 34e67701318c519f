import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, test } from "vitest";

const FOUND = [process.env["DAYBOOK_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path !== undefined && existsSync(path),
);
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let browser: Promise<Browser> | undefined;
afterAll(async () => (await browser)?.close());

/** Needs a Chromium: without one it fails where everything must run, and elsewhere says that it was left out. */
export const browserTest = FOUND !== undefined || process.env["CI"] === "true" ? test : test.skip;
if (FOUND === undefined)
  console.warn(
    "The tests in a browser are left out: there is no /usr/bin/chromium, and DAYBOOK_CHROMIUM names none.",
  );

/** A page of its own, and what went wrong in it: errors, what its policy refused, what it asked other hosts for. */
export async function openPage(
  url: string,
  options: BrowserContextOptions = {},
  ready = "body[data-ready]",
  /** Run in the page before anything of its own. */
  script = "",
): Promise<{ page: Page; troubles: string[] }> {
  browser ??= chromium.launch({ executablePath: FOUND ?? "/usr/bin/chromium", args: FLAGS });
  const context = await (await browser).newContext({ viewport: { width: 1360, height: 860 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(url).host) troubles.push(`asked for ${request.url()}`);
  });
  await page.addInitScript(script);
  await page.goto(url);
  await page.waitForSelector(ready);
  return { page, troubles };
}
