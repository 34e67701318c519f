import { RADAR_TEMPLATE, template } from "@daybook/core";
import { expect, it } from "vitest";
import { Mirror, put } from "./support/mirror.js";

it("an hour of six thousand files is read and decided in many turns, between which others have theirs", async () => {
  const radar = template(RADAR_TEMPLATE, { radar: "RMA1" });
  let turn = 0;
  const readIn = new Map<number, number>();
  const layout = {
    key: radar.key,
    root: radar.root,
    slots: radar.slots.bind(radar),
    enters: radar.enters.bind(radar),
    parse: (path: string) => {
      readIn.set(turn, (readIn.get(turn) ?? 0) + 1);
      return radar.parse(path);
    },
  };
  const mirror = new Mirror({ source: { layout, end: "2025-01-01T01:00:00Z" } });
  const count = 6_000;
  for (let i = 0; i < count; i++) put(mirror, "2025-01-01T00:05:00Z", "", `F${i}`);
  let over = false;
  const others = (async () => {
    for (; !over; turn++) await new Promise(setImmediate);
  })();
  const plan = mirror.daybook.plan();
  await plan[Symbol.asyncIterator]().next();
  over = true;
  await others;
  const read = [...readIn.values()];
  expect(read.reduce((a, b) => a + b, 0)).toBe(count);
  expect(Math.max(...read)).toBeLessThan(count / 2);
});

it("a thousand files that come at once are brought home in many turns", async () => {
  const mirror = new Mirror({ source: { end: "2025-01-01T01:00:00Z" } });
  const count = 1_000;
  for (let i = 0; i < count; i++) put(mirror, "2025-01-01T00:05:00Z", "x", `F${i}`);
  let turn = 0;
  const begun = new Map<number, number>();
  let seen = 0;
  let over = false;
  const others = (async () => {
    for (; !over; turn++) {
      await new Promise(setImmediate);
      const now = mirror.of("file-started").length;
      begun.set(turn, now - seen);
      seen = now;
    }
  })();
  await mirror.run();
  over = true;
  await others;
  expect(seen).toBe(count);
  expect(Math.max(...begun.values())).toBeLessThanOrEqual(32);
});
