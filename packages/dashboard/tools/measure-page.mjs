// How long the page takes to be there with twenty sources of a year each, from navigation until its pictures are drawn:
//   npm run build && node packages/dashboard/tools/measure-page.mjs [rounds = 5] [another checkout, built ...]
// Each round starts a server of each checkout in turn and opens the page twice: just started, the ledger unread ("cold"),
// and once it has been read ("warm"). The browser is new each time, so nothing is cached.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const rounds = Number(process.argv[2] ?? 5);
const checkouts = [resolve(HERE, "../../.."), ...process.argv.slice(3).map((path) => resolve(path))];
const executablePath = process.env["DAYBOOK_CHROMIUM"] ?? "/usr/bin/chromium";
const folder = mkdtempSync(join(tmpdir(), "daybook-page-"));

/** In the page: a canvas is drawn once the frame after its painting has begun, and so the painted one has been handed on. */
const WATCH = `
  const painted = new Set();
  const seen = { all: 0, view: 0 };
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (...given) {
    painted.add(this);
    return getContext.apply(this, given);
  };
  const look = () => {
    const now = performance.now();
    const all = [...document.querySelectorAll(".carpet canvas")];
    const inView = all.filter((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    const drawn = (some) => some.length > 0 && some.every((one) => before.has(one));
    if (!seen.view && drawn(inView)) seen.view = now;
    if (!seen.all && drawn(all) && all.length === 20) seen.all = now;
    before = new Set(painted);
    if (!seen.all) requestAnimationFrame(look);
    else tell(seen);
  };
  let before = new Set();
  let tell;
  window.drawn = new Promise((resolve) => (tell = resolve));
  requestAnimationFrame(look);
`;

const figures = new Map();
const note = (key, ms) => figures.set(key, [...(figures.get(key) ?? []), ms]);

try {
  await (await serve(checkouts[0])).end();
  for (let round = 0; round < rounds; round++)
    for (const checkout of round % 2 === 0 ? checkouts : checkouts.toReversed()) {
      const server = await serve(checkout);
      for (const when of ["cold", "warm"]) {
        const { view, all, bytes, requests } = await open(server.url);
        note(`${checkout} ${when}, in view, ms`, view);
        note(`${checkout} ${when}, all, ms`, all);
        note(`${checkout} ${when}, kB`, bytes / 1_000);
        note(`${checkout} ${when}, requests`, requests);
      }
      await server.end();
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const [key, values] of figures) {
  const sorted = values.toSorted((a, b) => a - b).map(Math.round);
  console.log(`${key}: ${sorted[sorted.length >> 1]} (${sorted[0]}–${sorted.at(-1)})`);
}

async function serve(checkout) {
  const child = spawn(process.execPath, [join(HERE, "serve-year.mjs"), checkout, folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((done) => child.once("exit", done));
  const [url] = await Promise.race([
    createInterface(child.stdout)
      [Symbol.asyncIterator]()
      .next()
      .then(({ value }) => [value]),
    ended.then(() => {
      throw new Error(`no dashboard of ${checkout}: is it built?`);
    }),
  ]);
  return { url, end: () => (child.stdin.end(), ended) };
}

async function open(url) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1360, height: 860 } });
    await page.addInitScript(WATCH);
    await page.goto(url, { waitUntil: "commit" });
    return await page.evaluate(`window.drawn.then((seen) => {
      const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
      return {
        ...seen,
        requests: loaded.length,
        bytes: loaded.reduce((sum, { transferSize }) => sum + transferSize, 0),
      };
    })`);
  } finally {
    await browser.close();
  }
}
