import { isSealed, randomBytes, randomSize, sealed } from "./content.js";
import type { Rng } from "./rng.js";
import { parentOf, type Server } from "./server.js";
import { closesAt, type SourcePlan } from "./source-plan.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Something that happens at the server. */
export interface ServerEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly what: string;
  readonly apply: (server: Server) => void;
}

const FIELDS = ["DBZH", "VRAD", "ZDR", "KDP"];

const HOSTILE = [
  "..",
  "../../evil",
  "a\nb",
  "/etc/passwd",
  "x\0y",
  "..\\evil",
  "C:evil",
  "README.txt",
  "n".repeat(300),
];

/** All that happens in one source's tree, in order of time. */
export function writeScript(rng: Rng, plan: SourcePlan): ServerEvent[] {
  const events: ServerEvent[] = [];
  for (const slot of plan.layout.slots({ start: plan.start, end: plan.end })) {
    const end = slot.end!.getTime();
    const files = rng.pick([0, 0, 1, 1, 2, 3, 4, 6]);
    if (rng.chance(0.3)) {
      const at = end - HOUR + rng.int(0, 90) * MINUTE;
      events.push({ at, what: `make ${slot.path}`, apply: (server) => void server.makeDirectory(slot.path) });
    }
    for (let i = 0; i < files; i++) events.push(...fileLife(rng, plan, slot.start.getTime()));
  }
  return events.sort((a, b) => a.at - b.at);
}

function fileLife(rng: Rng, plan: SourcePlan, slotStart: number): ServerEvent[] {
  // Few scans, so that files share directories.
  const observed =
    slotStart + rng.pick([0, 5 * MINUTE + 10 * SECOND, 30 * MINUTE, rng.int(0, 3599) * SECOND]);
  const path = pathOf(rng, plan, observed);
  const closes = closesAt(plan, slotStart);
  const at = rng.chance(0.7)
    ? observed + rng.int(30 * SECOND, 5 * MINUTE)
    : rng.chance(0.5)
      ? closes + rng.int(-10 * MINUTE, 10 * MINUTE)
      : closes + rng.int(0, 26 * 60) * Math.round(rng.next() * MINUTE);
  const bytes = contentOf(rng, plan);
  const put = (time: number, content: Buffer, path_ = path): ServerEvent => ({
    at: time,
    what: `put ${path_}, ${content.length} bytes`,
    apply: (server) => server.put(path_, content, time + plan.skew),
  });
  const events: ServerEvent[] = [];
  const roll = rng.next();
  if (roll < 0.2) events.push(...growing(rng, plan, path, at, bytes));
  else events.push(put(at, bytes));
  let time = events.at(-1)!.at;
  const soon = () => (time += rng.chance(0.5) ? rng.int(1, 300) * SECOND : rng.int(5, 600) * MINUTE);
  if (roll > 0.4 && roll < 0.6) {
    // The first of these is at times the same size as what it replaces.
    const another = rng.chance(0.6) ? ofSize(rng, plan, bytes.length) : contentOf(rng, plan);
    events.push(put(soon(), another));
    if (rng.chance(0.3)) events.push(put(soon(), contentOf(rng, plan)));
  } else if (roll < 0.66 && roll > 0.6) {
    const changed = soon();
    const another = ofSize(rng, plan, bytes.length + rng.int(1, 300));
    events.push({
      at: changed,
      what: `overwrite ${path}, ${another.length} bytes`,
      apply: (server) => server.overwrite(path, another, changed + plan.skew),
    });
  } else if (roll > 0.66 && roll < 0.76) {
    events.push({ at: soon(), what: `remove ${path}`, apply: (server) => server.remove(path) });
    if (rng.chance(0.4)) events.push(put(soon(), rng.chance(0.5) ? bytes : contentOf(rng, plan)));
    else if (rng.chance(0.5))
      events.push({
        at: soon(),
        what: `tidy ${path}`,
        apply: (server) => server.removeIfEmpty(parentOf(path)),
      });
  } else if (roll > 0.76 && roll < 0.82) {
    const to = pathOf(rng, plan, observed);
    events.push({ at: soon(), what: `rename ${path} to ${to}`, apply: (server) => server.rename(path, to) });
  } else if (roll > 0.97) {
    const name = rng.pick(HOSTILE);
    events.push({
      at,
      what: `plant ${JSON.stringify(name.slice(0, 20))}`,
      apply: (server) => server.plant(parentOf(path), { name, type: rng.pick(["file", "other"]), size: 1 }),
    });
  }
  return events;
}

/** Written piece by piece, in place. */
function growing(rng: Rng, plan: SourcePlan, path: string, at: number, bytes: Buffer): ServerEvent[] {
  const steps = rng.int(1, 4);
  const sizes = Array.from({ length: steps }, () => rng.int(0, bytes.length)).sort((a, b) => a - b);
  let time = at;
  return [...new Set([...sizes, bytes.length])].map((size) => {
    const now = (time += rng.int(1, 90) * SECOND);
    return {
      at: now,
      what: `grow ${path} to ${size} bytes`,
      apply: (server: Server) => server.overwrite(path, bytes.subarray(0, size), now + plan.skew),
    };
  });
}

function pathOf(rng: Rng, plan: SourcePlan, observed: number): string {
  const attributes = { radar: plan.radar, strategy: "0315", volume: "01", field: rng.pick(FIELDS) };
  return plan.layout.format({ observedAt: new Date(observed), attributes });
}

function contentOf(rng: Rng, plan: SourcePlan): Buffer {
  return ofSize(rng, plan, randomSize(rng));
}

/** Where an inspector looks for a mark nearly all files bear it, and pieces of them never. */
function ofSize(rng: Rng, plan: SourcePlan, size: number): Buffer {
  const bytes = randomBytes(rng, size);
  if (!plan.inspected || rng.chance(0.03)) return bytes;
  const whole = size < 4 ? sealed(bytes) : sealed(bytes.subarray(0, size - 4));
  return isSealed(whole) ? whole : bytes;
}
