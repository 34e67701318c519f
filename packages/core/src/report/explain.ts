import type { SourceDefinition } from "../di/source-definition.js";
import type { Observation, Slot } from "../layout/path-layout.js";
import { lackOf } from "./gaps.js";
import { closesAt, windowOf } from "../plan/schedule.js";
import type { FileRecord, LedgerEvent, SlotRecord, StateStore } from "../store/state-store.js";
import { contains, overlaps, type TimeRange } from "../time/range.js";

/** The whole story of one file, or of one slot. */
export interface Explanation {
  readonly source: string;
  readonly path: string;
  readonly what: "file" | "slot";
  /** The file's record; missing if the ledger doesn't know it. */
  readonly file?: FileRecord;
  readonly observation?: Observation;
  /** The slot it is, or belongs to. */
  readonly slot?: Slot & { readonly window: TimeRange };
  readonly visit?: SlotRecord;
  /** Noteworthy moments of the file and its slot, oldest first. */
  readonly events: readonly LedgerEvent[];
  /** How things stand and why, and what comes next: sentences. */
  readonly story: readonly string[];
}

/** How far beyond now slots are looked for, in ms: the end of a range may be centuries away. */
const AHEAD = 86_400_000;

/** Asks each source for a path, remote or slot's; every source that can say something of it does. */
export async function explain(
  path: string,
  sources: readonly SourceDefinition[],
  store: StateStore,
  now: Date,
): Promise<Explanation[]> {
  const found: Explanation[] = [];
  for (const source of sources) {
    const one =
      (await explainFile(path, source, store, now)) ?? (await explainSlot(path, source, store, now));
    if (one) found.push(one);
  }
  return found;
}

async function explainFile(
  path: string,
  source: SourceDefinition,
  store: StateStore,
  now: Date,
): Promise<Explanation | undefined> {
  const { name, layout } = source;
  const file = (await store.files(name, [path])).get(path);
  const observation = layout.parse(path);
  if (file === undefined && observation === undefined) return undefined;
  const slot = file ? slotAt(source, file.slot, file.observedAt) : slotOf(source, path, observation);
  const visit = slot && (await recordOf(source, slot, store));
  const events = await all(store.events(name, path));
  const story = file ? fileStory(file) : strangerStory(source, observation!, slot, visit);
  return {
    source: name,
    path,
    what: "file",
    file,
    observation,
    slot,
    visit,
    events,
    story: [...story, ...next(source, slot, visit, now)],
  };
}

async function explainSlot(
  path: string,
  source: SourceDefinition,
  store: StateStore,
  now: Date,
): Promise<Explanation | undefined> {
  const trimmed = path.replace(/(?<!\/)\/+$/, "");
  const found = source.layout.slotNamed ? source.layout.slotNamed(trimmed) : slotNamed(trimmed, source, now);
  if (found === undefined) return undefined;
  const events = await all(store.events(source.name, trimmed));
  if (!overlaps(found, source.range)) {
    const story = [`It is not listed: it is ${outsideOf(source.range)}.`];
    return { source: source.name, path: trimmed, what: "slot", events, story };
  }
  const slot = { ...found, window: windowOf(found, source.range) };
  const visit = await recordOf(source, slot, store);
  const story = [...slotStory(visit), ...next(source, slot, visit, now)];
  return { source: source.name, path: trimmed, what: "slot", slot, visit, events, story };
}

/** For layouts that can't tell. */
function slotNamed(path: string, { layout, range }: SourceDefinition, now: Date): Slot | undefined {
  const soon = new Date(now.getTime() + AHEAD);
  const { start, end } = range;
  const until = end !== undefined && end < soon ? end : soon;
  if (until <= start) return undefined;
  for (const slot of layout.slots({ start, end: until })) if (slot.path === path) return slot;
  return undefined;
}

function outsideOf({ start, end }: TimeRange): string {
  return `outside the source's range, ${end ? `${utc(start)} to ${utc(end)}` : `${utc(start)} and later`}`;
}

type WindowedSlot = Slot & { readonly window: TimeRange };

function slotOf(
  source: SourceDefinition,
  path: string,
  observation: Observation | undefined,
): WindowedSlot | undefined {
  const at = observation?.observedAt;
  const range = at ? { start: at, end: new Date(at.getTime() + 1) } : source.range;
  for (const slot of source.layout.slots(range))
    if (path.startsWith(`${slot.path}/`)) return { ...slot, window: windowOf(slot, source.range) };
  return undefined;
}

function slotAt(source: SourceDefinition, path: string, at: Date | undefined): WindowedSlot | undefined {
  return slotOf(source, `${path}/`, at && { observedAt: at, attributes: {} });
}

async function recordOf(
  { name }: SourceDefinition,
  slot: Slot,
  store: StateStore,
): Promise<SlotRecord | undefined> {
  const range = { start: slot.start, end: slot.end };
  for await (const record of store.slots(name, range)) if (record.path === slot.path) return record;
  return undefined;
}

function fileStory(file: FileRecord): string[] {
  const {
    firstSeenAt,
    size,
    modifiedAt,
    status,
    storedAt,
    location,
    sha256,
    version,
    attempts,
    reason,
    nextAttemptAt,
    encoding,
    storedSize,
  } = file;
  const story = [
    `First seen at ${utc(firstSeenAt)}: ${size ?? "an unknown number of"} bytes, modified ${modifiedAt ? utc(modifiedAt) : "at an unknown time"}.`,
  ];
  if (version > 0 && storedAt)
    story.push(
      `Version ${version} was stored at ${utc(storedAt)}${location === undefined ? "" : ` as ${location}`}, SHA-256 ${sha256}.`,
    );
  if (encoding !== undefined) story.push(`It is kept as ${encoding}, in ${storedSize} bytes.`);
  if (attempts > 0) story.push(`${attempts} attempt${attempts === 1 ? "" : "s"} at this version failed.`);
  switch (status) {
    case "pending":
      story.push(`It is still to be fetched${reason ? `: ${reason}` : ""}.`);
      if (nextAttemptAt) story.push(`The next attempt is due at ${utc(nextAttemptAt)}.`);
      break;
    case "quarantined":
      story.push(
        `It was given up: ${reason ?? "no reason was noted"}. \`daybook retry\` puts it back in the queue.`,
      );
      break;
    case "gone":
      story.push("It left the source before it could be fetched.");
      break;
    case "expired":
      story.push(
        `It was let go: ${reason ?? "no reason was noted"}. It isn't fetched again by itself; \`daybook retry\` with its path does.`,
      );
      break;
    case "stored":
      if (reason) story.push(`${reason}.`);
  }
  return story;
}

function strangerStory(
  { range, policy }: SourceDefinition,
  observation: Observation,
  slot: WindowedSlot | undefined,
  visit: SlotRecord | undefined,
): string[] {
  const { observedAt } = observation;
  if (observedAt && !contains(range, observedAt))
    return [`The ledger doesn't know it: ${utc(observedAt)} is ${outsideOf(range)}.`];
  if (!policy.select(observation)) return ["The ledger doesn't know it: `select` leaves it out."];
  if (slot === undefined) return ["The ledger doesn't know it: no slot of the layout holds it."];
  return [`The ledger doesn't know it; it would be in ${slot.path}.`, ...slotStory(visit)];
}

function slotStory(visit: SlotRecord | undefined): string[] {
  if (visit === undefined) return ["Its directory was never listed."];
  const { state, visitedAt, listing, files, reason, failures, skipped, unreadable, lacking } = visit;
  const outcome = {
    entries: reason === undefined ? "and files of ours were there" : `and ${reason}`,
    empty:
      reason === undefined ? "and no file of ours was there" : `and no file of ours was there: ${reason}`,
    missing: "and there was no such directory",
    failed: `but that failed (${failures} in a row): ${reason}`,
    truncated: `but that settles nothing: ${reason ?? "the server cut the listing off"}`,
  }[listing];
  const story = [
    `The directory was last listed at ${utc(visitedAt)}, ${outcome}.`,
    `Its state is ${state}: ${files.stored} stored, ${files.pending} to fetch, ${files.quarantined} given up, ${files.gone} gone, ${files.expired} let go for their age.`,
  ];
  if (lacking !== undefined)
    story.push(`It has less than its source is expected to have: ${lackOf({ lacking })}.`);
  if (skipped.count > 0)
    story.push(
      `${skipped.count} ${skipped.count === 1 ? "name was" : "names were"} skipped, such as ${skipped.names[0]}.`,
    );
  if (unreadable.count > 0)
    story.push(
      `${unreadable.count} ${unreadable.count === 1 ? "part of it" : "parts of it"} could not be taken, such as ${unreadable.names[0]}.`,
    );
  return story;
}

function next(
  { policy }: SourceDefinition,
  slot: WindowedSlot | undefined,
  visit: SlotRecord | undefined,
  now: Date,
): string[] {
  if (slot === undefined) return [];
  const close = closesAt(slot.window, policy);
  if (visit !== undefined && visit.nextVisitAt === undefined) {
    const whole = visit.state === "complete";
    const advice = whole ? "" : `; daybook retry ${visit.path} lists it once more`;
    return [`It is not due to be listed again${advice}.`];
  }
  const due = visit?.nextVisitAt ?? slot.window.start;
  const when = due <= now ? "It is due to be listed now" : `It is due to be listed at ${utc(due)}`;
  return [
    close > now.getTime() && close !== Infinity
      ? `${when}; it closes at ${utc(new Date(close))}.`
      : `${when}.`,
  ];
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function utc(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}
