import { createHash } from "node:crypto";
import type { FileRecord, SlotRecord } from "@daybook/core";
import { isSealed } from "./content.js";
import { HOME, type Program } from "./program.js";
import { parentOf, type Version } from "./server.js";
import { closesAt, lastLookAt, letGoAt, locationOf, slotOf, wants, type SourcePlan } from "./source-plan.js";
import type { World } from "./world.js";

const MS = { millisecond: 1, second: 1000, minute: 60_000, day: 86_400_000, none: 1 };

export interface Facts {
  /** How often the power failed so far. */
  readonly powerCuts: number;
}

/** A run that says it is through must be right about it. Others are held to what is true at any time. */
export async function checkRun(world: World, { daybook, result }: Program, facts: Facts): Promise<void> {
  const gaps = [];
  for await (const gap of daybook.gaps()) gaps.push(gap);
  for (const plan of world.sources) {
    const { outcome } = result!.sources.find(({ name }) => name === plan.name)!;
    const files = await recordsOf(world, plan);
    const lossy = !world.sync && facts.powerCuts > 0;
    if (outcome !== "failed" || !lossy)
      checkDisk(world, plan, files, { lossy, failed: outcome === "failed" });
    // A power cut may undo what was deleted, too.
    if (facts.powerCuts === 0) checkLetGo(world, plan, files);
    // An hour of steadiness makes a wrong clock's time believed; what that makes of slots is put right when it is right.
    if (outcome === "failed" || world.leaps.isBelieved) continue;
    const own = gaps.filter(({ source }) => source === plan.name);
    expect(
      world.leaps.isOff || outcome === (own.length > 0 ? "gaps" : "complete"),
      `${plan.name} ended ${outcome}, and has ${own.length} gaps`,
    );
    await checkSlots(world, plan, files);
    for (const [path, version] of world.server.files()) {
      if (!wants(plan, path) || !wasShown(world, plan, path, version)) continue;
      const record = files.get(path);
      expect(record !== undefined, `${path} was shown, and the ledger doesn't know it`);
      // From then on no version of it is asked for, and what is there is let go at the next sweep.
      if (letGoAt(plan, record!) <= world.clock.monotonic()) continue;
      checkFile(world, plan, record!, version);
      if (record!.status === "stored") continue;
      checkGivenUp(world, plan, record!, version);
      const named = own.some((gap) => gap.path === path && gap.kind === record!.status && gap.reason);
      expect(named, `${path} is ${record!.status}, and no gap says why`);
    }
  }
}

/**
 * Every slot had its last look; what was old by `vouched` is gone; nothing was given up that the server would give; nothing
 * is left lying about.
 */
export async function checkEnd(
  world: World,
  { daybook }: Program,
  { vouched, ...facts }: Facts & { readonly vouched: number },
): Promise<void> {
  let unneeded = 0;
  for (const plan of world.sources) {
    for (const slot of plan.layout.slots({ start: plan.start, end: plan.end })) {
      const { askedAt } = world.server.shownTo(plan.name, slot.path)!;
      const last = lastLookAt(plan, slot.start.getTime());
      expect(
        askedAt >= last,
        `${slot.path} was looked at last ${(last - askedAt) / 1000} s before its last look was due`,
      );
    }
    await checkNothingOld(world, plan, vouched);
    const files = await recordsOf(world, plan);
    for (const record of files.values()) {
      if (record.status !== "stored") unneeded++;
      if (record.status !== "quarantined") continue;
      const there = world.server.inode(record.path)?.version;
      const good =
        there && wasShown(world, plan, record.path, there) && !(plan.inspected && !isSealed(there.bytes));
      expect(!good, `${record.path} was given up for good, though it could be had: ${record.reason}`);
    }
  }
  const parts = [...world.disk.files(`${HOME}/.daybook/parts`)].map(([path]) => path);
  // A version that was only shown, and not there any more, may have left a part for nothing.
  if (facts.powerCuts === 0 && !world.showsStale)
    expect(
      parts.length <= unneeded,
      `${parts.length} parts are left, of ${unneeded} files that didn't come: ${parts.join()}`,
    );
  // Of the versions that are kept beside each other only the last is let go, and a power cut may undo what was deleted.
  const mayStay = (location: string) =>
    world.sources.some(
      ({ name, policy }) =>
        location.startsWith(`${name}/`) &&
        Number.isFinite(policy.keep) &&
        (policy.onChange === "keep" || facts.powerCuts > 0),
    );
  for await (const { kind, location, detail } of daybook.verify())
    expect(kind === "unrecorded" && mayStay(location), `verify finds ${location} ${kind}: ${detail}`);
}

/** What was old when a run began that went to its end is gone. `began`: as far as it could know; epoch ms. */
export async function checkNothingOld(world: World, plan: SourcePlan, began: number): Promise<void> {
  for (const record of (await recordsOf(world, plan)).values()) {
    const old = letGoAt(plan, record) <= began;
    expect(record.status !== "stored" || !old, `${record.path} is older than is kept, and still there`);
  }
}

/** Bytes that came whole must have been put to use by the program that asked for them, if it lived to do so. */
export function checkNoWaste({ sources }: World, { reads, named, result, refusals }: Program): void {
  // A program that was cut off in its work, or found no room, may have had to leave bytes lying.
  if (result === undefined || result.outcome === "failed" || result.outcome === "stopped") return;
  const unused = new Map<string, number>();
  for (const { path, listed, seen, whole } of reads) {
    const refused =
      sources.some((plan) => plan.inspected && plan.layout.parse(path)) &&
      !isSealed(seen?.bytes ?? Buffer.alloc(0));
    if (whole && listed === seen!.bytes.length && !refused) unused.set(path, (unused.get(path) ?? 0) + 1);
  }
  for (const [path, count] of unused) {
    const used = named.filter((each) => each.path === path).length;
    // What found no room had to come again.
    expect(count <= used + refusals, `${path} was read whole ${count} times, and named ${used} times`);
  }
}

/** Whether the server showed this version when it was last asked, and told the truth. */
function wasShown({ server }: World, plan: SourcePlan, path: string, version: Version): boolean {
  const slot = slotOf(plan, path);
  const slotShown = server.shownTo(plan.name, slot);
  if (!slotShown?.honest) return false;
  const directory = parentOf(path);
  if (directory === slot) return version.from < slotShown.moment;
  const made = server.madeAt(directory)!;
  if (made > slotShown.moment) return false;
  const shown = server.shownTo(plan.name, directory);
  expect(
    shown !== undefined && shown.moment > slotShown.moment,
    `${directory} was shown, and not looked into`,
  );
  return shown!.honest && version.from < shown!.moment;
}

async function checkSlots(world: World, plan: SourcePlan, files: Map<string, FileRecord>): Promise<void> {
  const slots = new Map<string, SlotRecord>();
  for await (const slot of world.store.slots(plan.name, { start: plan.start, end: plan.end }))
    slots.set(slot.path, slot);
  for (const { path, start } of plan.layout.slots({ start: plan.start, end: plan.end })) {
    const slot = slots.get(path);
    expect(slot?.settled === true, `the run ended, and ${path} is ${slot?.state ?? "unseen"}`);
    const shown = world.server.shownTo(plan.name, path);
    const closes = closesAt(plan, start.getTime());
    expect(
      shown !== undefined && shown.askedAt >= closes,
      `${path} is settled without a whole listing since it closed`,
    );
    expect((slot!.listing === "missing") === shown!.missing, `${path} is recorded as ${slot!.listing}`);
    const hidden = [...world.server.shownBelow(plan.name, path)].some(({ unreadable }) => unreadable);
    expect(
      !hidden || slot!.state === "partial",
      `${path} is ${slot!.state}, though not all of it could be read`,
    );
    const own = [...files.values()].filter((file) => file.slot === path);
    const count = (status: string) => own.filter((file) => file.status === status).length;
    for (const status of ["pending", "stored", "quarantined", "gone", "expired"] as const)
      expect(
        slot!.files[status] === count(status),
        `${path} counts ${slot!.files[status]} files ${status}, and has ${count(status)}`,
      );
    expect(count("pending") === 0, `${path} is settled with files to fetch`);
  }
}

/** What the ledger calls stored is on disk, with the bytes it was recorded with, which are the server's own. */
function checkDisk(
  world: World,
  plan: SourcePlan,
  files: Map<string, FileRecord>,
  { lossy, failed }: { lossy: boolean; failed: boolean },
): void {
  const places = new Map<string, string>();
  for (const file of files.values()) {
    const { status, path, location, sha256, version } = file;
    if (status !== "stored") continue;
    const other = places.get(location!);
    expect(other === undefined, `${path} and ${other} are both said to be at ${location}`);
    places.set(location!, path);
    const bytes = world.disk.file(`${HOME}/${location}`)?.bytes;
    // A program that dies while it lets go of files deletes them before it says so; only a run that ends well says it.
    if (bytes === undefined && failed && letGoAt(plan, file) <= world.clock.monotonic()) continue;
    expect(bytes !== undefined, `${path} is stored, and not on disk`);
    expect(
      createHash("sha256").update(bytes!).digest("hex") === sha256,
      `${location} isn't what was recorded`,
    );
    const real = world.server.versions(path).some((known) => known.bytes.equals(bytes!));
    expect(real, `${location} holds what the server never had`);
    expect(wants(plan, path), `${path} is none of this source's`);
    // What was never synced may be lost for good, or have had to come again.
    if (lossy) continue;
    if (plan.policy.onChange === "ignore")
      expect(version === 1, `${path} was replaced, though changes are ignored`);
    if (plan.policy.onChange === "keep")
      for (let older = 1; older < version; older++) {
        const place = older === 1 ? locationOf(plan, path) : `${locationOf(plan, path)}.v${older}`;
        expect(
          world.disk.file(`${HOME}/${place}`) !== undefined,
          `${path} is in version ${version}, and ${older} isn't kept`,
        );
      }
  }
}

/** What was let go is as old as it has to be for that, and is not on disk. */
function checkLetGo(world: World, plan: SourcePlan, files: Map<string, FileRecord>): void {
  for (const file of files.values()) {
    if (file.status !== "expired") continue;
    expect(letGoAt(plan, file) <= world.clock.monotonic(), `${file.path} was let go before its time`);
    // Of versions that are kept beside each other only the last is let go.
    if (plan.policy.onChange === "keep") continue;
    const place = locationOf(plan, file.path);
    expect(world.disk.file(`${HOME}/${place}`) === undefined, `${place} was let go, and is there`);
  }
}

function checkFile(world: World, plan: SourcePlan, record: FileRecord, version: Version): void {
  const { path, status, reason } = record;
  const unit = MS[world.capabilities.modifiedAt];
  const same =
    record.size === version.bytes.length &&
    Math.floor(record.modifiedAt!.getTime() / unit) === Math.floor(version.modifiedAt / unit);
  expect(
    same,
    `${path} has been shown with ${version.bytes.length} bytes, and the ledger knows ${record.size}`,
  );
  if (status === "quarantined") return expect(Boolean(reason), `${path} was given up without a reason`);
  expect(status === "stored", `${path} was shown, and is ${status}`);
  if (plan.policy.onChange === "ignore") return;
  const bytes = world.disk.file(`${HOME}/${record.location}`)!.bytes;
  expect(bytes.equals(version.bytes), `${path} on disk isn't what the server has`);
}

/** What says nothing of the file: such reads are no attempts, however many. */
const LINE = new Set(["network", "timeout", "busy", "cut-short", "cut in time"]);

/** A file is given up only after as many attempts as it is granted, or one that was refused. */
function checkGivenUp({ reads }: World, plan: SourcePlan, record: FileRecord, version: Version): void {
  const { path, reason } = record;
  const since = reads.filter((read) => read.path === path && read.askedAt > version.from);
  const refused = since.some(({ excuse }) => excuse === "permission");
  const attempts = since.filter(({ excuse }) => excuse === undefined || !LINE.has(excuse));
  const granted = plan.policy.maxAttempts!;
  expect(
    refused || attempts.length >= granted,
    `${path} was given up after ${attempts.length} of ${granted} attempts: ${reason}`,
  );
}

async function recordsOf(world: World, { name }: SourcePlan): Promise<Map<string, FileRecord>> {
  const files = new Map<string, FileRecord>();
  for await (const file of world.store.find({ source: name })) files.set(file.path, file);
  return files;
}

function expect(held: boolean, otherwise: string): void {
  if (!held) throw new Error(otherwise);
}
