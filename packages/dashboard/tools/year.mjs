import { createHash } from "node:crypto";
import { template } from "@daybook/core";

const HOUR = 3_600_000;
/** An hour in so many is missing at the source, failed to be listed, or has a file that was given up. */
const [MISSING, FAILED, DAMAGED] = [97, 331, 211];

export const RANGE = { start: new Date("2025-01-01T00:00Z"), end: new Date("2026-01-01T00:00Z") };
export const RADARS = Array.from({ length: 20 }, (_, i) => `RMA${i + 1}`);
export const layoutOf = (radar) =>
  template("/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{radar}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR", { radar });

/** Records what a year's crawl of every radar would: a visit and a file for each hour. */
export async function fillYear(store, selections) {
  for (const [i, radar] of RADARS.entries()) {
    const layout = layoutOf(radar);
    const slots = [...layout.slots(RANGE)];
    const selection = selections.get(radar);
    for (let from = 0; from < slots.length; from += 2_000) {
      const part = slots.slice(from, from + 2_000);
      await store.record(part.flatMap((slot, n) => hour(radar, slot, i * 31 + from + n, selection)));
    }
    const digest = createHash("sha256").update(layout.key).digest("hex").slice(0, 12);
    const stretch = { layout: digest, selection, ...RANGE, slots: slots.length };
    await store.record([{ kind: "planned", source: radar, stretch }]);
  }
}

function hour(source, { path, start, end }, n, selection) {
  const listing = n % MISSING === 0 ? "missing" : n % FAILED === 0 ? "failed" : "entries";
  const seen = new Date(end.getTime() + HOUR);
  const none = { count: 0, names: [] };
  const visit = {
    source,
    path,
    start,
    end,
    listing,
    visitedAt: seen,
    listedAt: listing === "failed" ? undefined : seen,
    closed: listing !== "failed",
    failures: listing === "failed" ? 3 : 0,
    selection,
    skipped: none,
    unreadable: none,
  };
  if (listing !== "entries") return [{ kind: "visit", visit }];
  const name = `${source}_${start.toISOString().replace(/[-:]|\.\d+/g, "")}.BUFR`;
  const stored = { status: "stored", sha256: "ab".repeat(32), storedAt: seen, version: 1, attempts: 0 };
  const givenUp = {
    status: "quarantined",
    version: 0,
    attempts: 5,
    reason: "bad-content: no 7777 at the end",
  };
  const file = {
    source,
    path: `${path}/${name}`,
    slot: path,
    observedAt: start,
    size: 100_000,
    modifiedAt: end,
    firstSeenAt: seen,
    ...(n % DAMAGED === 0 ? givenUp : { ...stored, location: `${source}/${name}` }),
  };
  return [
    { kind: "visit", visit },
    { kind: "file", file },
  ];
}
