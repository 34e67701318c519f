import { createHash } from "node:crypto";
import { template } from "@daybook/core";

const HOUR = 3_600_000;
const BATCH = 4_000;

export const yearLayout = (radar) =>
  template("/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{radar}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR", { radar });

/** Every so often something goes wrong. */
const regular = (_source, n) =>
  n % 97 === 0 ? "missing" : n % 331 === 0 ? "failed" : n % 211 === 0 ? "damaged" : "complete";

/** Fills a ledger as a year of crawling would: a file an hour, and every so often an hour that went wrong. */
export async function fillYear(store, radars, range, selectionOf = () => undefined, fate = regular) {
  const changes = [];
  for (const [i, source] of radars.entries()) {
    let n = i * 31;
    const first = n;
    const selection = selectionOf(source);
    for (const { path, start, end } of yearLayout(source).slots(range)) {
      changes.push(...hour(source, path, start, end, n, fate(source, n++), selection));
      if (changes.length >= BATCH) await store.record(changes.splice(0));
    }
    if (selection === undefined) continue;
    const layout = createHash("sha256").update(yearLayout(source).key).digest("hex").slice(0, 12);
    changes.push({ kind: "planned", source, stretch: { layout, selection, ...range, slots: n - first } });
  }
  await store.record(changes);
}

const lacking = (start) =>
  ["40", "50"].map((minute) => `${start.toISOString().slice(11, 13)}:${minute} VRAD`);

function* hour(source, slot, start, end, n, fate, selection) {
  const listing = fate === "missing" || fate === "failed" ? fate : "entries";
  const visitedAt = new Date(end.getTime() + HOUR);
  yield {
    kind: "visit",
    visit: {
      source,
      path: slot,
      start,
      end,
      listing,
      visitedAt,
      listedAt: listing === "failed" ? undefined : visitedAt,
      closed: listing !== "failed",
      failures: listing === "failed" ? 3 : 0,
      reason: listing === "failed" ? "the server went away" : undefined,
      selection,
      skipped: { count: 0, names: [] },
      unreadable: { count: 0, names: [] },
      ...(fate === "incomplete" && { lacking: { count: 2, names: lacking(start) } }),
    },
  };
  if (listing !== "entries") return;
  const observedAt = new Date(start.getTime() + (n % 60) * 60_000);
  const stamp = observedAt.toISOString().replace(/[-:]|\.\d+/g, "");
  const path = `${slot}/${source}_${stamp}.BUFR`;
  const bad = fate === "damaged";
  const stored = !bad && fate !== "fetching";
  yield {
    kind: "file",
    file: {
      source,
      path,
      slot,
      observedAt,
      status: bad ? "quarantined" : stored ? "stored" : "pending",
      size: 100_000,
      modifiedAt: new Date(observedAt.getTime() + 90_000),
      firstSeenAt: new Date(observedAt.getTime() + 120_000 + (n % 50) * 5_000),
      ...(stored && { sha256: "ab".repeat(32), location: path.slice(1), storedAt: visitedAt, version: 1 }),
      ...(!stored && { version: 0 }),
      ...(bad && { reason: "bad-content: the message doesn't end with 7777" }),
      attempts: bad ? 5 : 0,
    },
  };
}
