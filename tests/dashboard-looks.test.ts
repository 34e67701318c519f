import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { place, sourceOf } from "../packages/dashboard/test/support/place.js";
import { browserTest, openPage } from "./support/chromium.js";

/** With DAYBOOK_SCREENSHOTS set to a folder (npm run screenshots), what it looks like is kept there. */
browserTest(
  "it fits a desk by day and by night, and a phone",
  async () => {
    const { url } = await sample();
    const looks: [string, BrowserContextOptions][] = [
      ["light", {}],
      ["dark", { colorScheme: "dark" }],
      [
        "phone",
        { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
      ],
    ];
    for (const [name, options] of looks) {
      const { page, troubles } = await openPage(url, options);
      await page.locator(".histogram").waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name).toBe(true);
      await keep(page, name, name === "phone" ? "to .calendar" : "whole");
      await page
        .getByRole("slider")
        .first()
        .click({ position: { x: 200, y: 40 } });
      await page.locator(".slots button").first().waitFor();
      if (name !== "dark") await keep(page, `${name}-day`, "in view");
      expect(troubles).toEqual([]);
    }
  },
  240_000,
);

async function keep(page: Page, name: string, what: "whole" | "in view" | "to .calendar"): Promise<void> {
  const folder = process.env["DAYBOOK_SCREENSHOTS"];
  if (folder === undefined) return;
  const path = join(folder, `dashboard-${name}.png`);
  const box = what === "to .calendar" ? await page.locator(".calendar").boundingBox() : null;
  const clip = box === null ? undefined : { x: 0, y: 0, width: 390, height: box.y + box.height + 12 };
  await page.screenshot({ path, fullPage: what !== "in view", clip });
}

/** Five radars of the last year, with troubles such as radars have. */
async function sample() {
  const HOUR = 3_600_000;
  const end = new Date(Math.floor(Date.now() / HOUR) * HOUR);
  const start = new Date(end.getTime() - 365 * 24 * HOUR);
  const radars = ["RMA1", "RMA5", "RMA11", "AR5", "AR7"];
  const outages = new Map<string, readonly (readonly [from: number, hours: number])[]>(
    Object.entries({
      RMA1: [[3000, 6]],
      RMA5: [
        [900, 70],
        [5200, 12],
        [8720, 3],
      ],
      RMA11: [[7000, 200]],
      AR5: [
        [2100, 30],
        [6400, 5],
      ],
    }),
  );
  const there = await place({
    radars,
    range: { start, end },
    sources: radars.map((name) => ({ ...sourceOf(name, { start }), lookback: 4 * HOUR })),
    fate: (source, n) => {
      if (outages.get(source)?.some(([from, hours]) => n >= from && n < from + hours)) return "missing";
      let seed = Math.imul(n + 9173 * radars.indexOf(source) + 1, 2654435761);
      seed = Math.imul(seed ^ (seed >>> 15), 2246822519);
      const dice = ((seed ^ (seed >>> 13)) >>> 0) / 2 ** 32;
      return dice < 0.001
        ? "failed"
        : dice < 0.003
          ? "damaged"
          : dice < 0.007
            ? "missing"
            : dice < 0.011
              ? "incomplete"
              : "complete";
    },
  });
  const base = { at: new Date(Date.now() - 2_000), lane: "live", resumedFrom: 0, size: 4_200_000 } as const;
  for (const [i, source] of ["RMA1", "AR7"].entries()) {
    const stamp = new Date(Date.now() - 90_000).toISOString().replace(/[-:]|\.\d+/g, "");
    const path = `/L2/${source}/now/${source}_${stamp}.BUFR`;
    there.live.on({ ...base, type: "file-started", source, path });
    there.live.on({ type: "file-progress", source, path, at: new Date(), bytes: 1_300_000 * (i + 1) });
  }
  return there;
}
