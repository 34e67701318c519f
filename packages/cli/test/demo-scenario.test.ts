import { createHash } from "node:crypto";
import { DEMO_RADARS, demoScenario } from "daybook";
import { bufr, radarLayout } from "@daybook/core";
import fc from "fast-check";
import { expect, test } from "vitest";

const HOUR = 3_600_000;

/** Everything the demonstration promises, at whatever time it is run. */
function check(now: Date): void {
  const { start, end, files, missing, damaged, late } = demoScenario(now);
  expect(end.getTime() - now.getTime()).toBeGreaterThan(6000);
  expect(end.getTime() - now.getTime()).toBeLessThanOrEqual(8000);
  expect(start.getTime() % HOUR).toBe(0);
  expect(end.getTime() - start.getTime()).toBeGreaterThan(3 * HOUR);
  expect(end.getTime() - start.getTime()).toBeLessThanOrEqual(4 * HOUR);

  const withData = new Set(files.map(({ slot }) => slot));
  for (const radar of DEMO_RADARS) {
    const layout = radarLayout(radar);
    for (const slot of layout.slots({ start, end })) {
      expect(withData.has(slot.path), `${slot.path} at ${now.toISOString()}`).toBe(
        slot.path !== missing.slot,
      );
    }
    for (const file of [...files, damaged, late].filter((one) => one.radar === radar)) {
      const observation = layout.parse(file.path);
      expect(observation?.observedAt).toEqual(file.observedAt);
      expect(file.path.startsWith(`${file.slot}/`)).toBe(true);
      expect(file.observedAt >= start && file.observedAt < end).toBe(true);
    }
  }
  const paths = [...files, damaged, late].map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  // Live while the demo runs, so that it is listed again.
  expect(end.getTime() - late.observedAt.getTime()).toBeLessThan(2 * HOUR);
}

test.each([
  "2026-03-01T00:00:05Z",
  "2026-03-01T00:00:00Z",
  "2026-02-28T23:59:53Z",
  "2026-02-28T23:59:59.999Z",
  "2026-01-01T00:00:00.001Z",
  "2026-11-23T15:02:00Z",
  "2026-11-23T15:02:01Z",
  "2028-02-29T12:30:00Z",
])("at %s every hour of the range has something, but the missing one", (now) => {
  check(new Date(now));
});

test("so it is at any time", () => {
  const times = fc.date({ min: new Date("2020-01-01Z"), max: new Date("2040-01-01Z"), noInvalidDate: true });
  fc.assert(fc.property(times, check), { numRuns: 50 });
});

test("the same time makes the same files, and files differ", () => {
  const digest = ({ bytes }: { bytes: Uint8Array }) => createHash("sha256").update(bytes).digest("hex");
  const now = new Date("2026-11-23T15:20:00Z");
  const first = demoScenario(now).files.map(digest);
  expect(demoScenario(now).files.map(digest)).toEqual(first);
  expect(new Set(first).size).toBe(first.length);
});

test("every file passes as BUFR but the damaged one", () => {
  const inspect = (path: string, bytes: Uint8Array) => {
    const inspection = bufr().inspect(path, { attributes: {} });
    inspection.update(bytes);
    inspection.end();
  };
  const { files, damaged, late } = demoScenario(new Date("2026-11-23T15:20:00Z"));
  for (const { path, bytes } of [...files, late]) inspect(path, bytes);
  expect(() => inspect(damaged.path, damaged.bytes)).toThrow(/7777/);
});
