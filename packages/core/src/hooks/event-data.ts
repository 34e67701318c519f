import type { DaybookError } from "../errors/daybook-error.js";
import type { PathLayout } from "../layout/path-layout.js";
import type { FileRecord, SlotRecord } from "../store/state-store.js";
import type { Membership } from "./group-rule.js";
import type { HookEvent } from "./hook-event.js";
import type { SlotGap } from "./slot-gap.js";

// What each event carries is written down in docs/hooks.md; a test compares the two.

export function fileStored(file: FileRecord, layout: PathLayout): HookEvent {
  const { source, path, version } = file;
  const at = file.storedAt!;
  const occasion = `${version} ${at.toISOString()}`;
  return { type: "file", source, at, subject: path, occasion, data: fileData(file, layout) };
}

export function quarantined(file: FileRecord, at: Date): HookEvent {
  const { source, path, slot, reason, attempts } = file;
  const data = { what: "quarantined", path, slot, reason, attempts };
  return { type: "error", source, at, subject: path, occasion: `quarantined ${at.toISOString()}`, data };
}

export function groupComplete(
  { common, byTime, expected, key }: Membership,
  files: readonly FileRecord[],
  { layout, field, at }: { readonly layout: PathLayout; readonly field: string; readonly at: Date },
): HookEvent {
  const { source, slot, observedAt } = files[0]!;
  const data = {
    attributes: common,
    observedAt: byTime ? observedAt : undefined,
    slot,
    [field]: expected,
    files: files.map((file) => fileData(file, layout)),
  };
  return { type: "group", source, at, subject: `group ${key}`, occasion: "complete", data };
}

export function slotSettled(slot: SlotRecord, at: Date): HookEvent {
  const { source, path, state, visitedAt } = slot;
  return {
    type: "slot",
    source,
    at,
    subject: path,
    occasion: `${state} ${visitedAt.toISOString()} ${at.toISOString()}`,
    data: slotData(slot),
  };
}

export function gapFound(slot: SlotRecord, gap: SlotGap, at: Date): HookEvent {
  return gapEvent(slot, at, { status: "found", kinds: gap.kinds, reason: gap.reason, ...slotData(slot) });
}

export function gapClosed(slot: SlotRecord, at: Date): HookEvent {
  return gapEvent(slot, at, { status: "closed", ...slotData(slot) });
}

/** Down: nobody answers for it; lost: one of several that hold the same, and the others go on. */
export type HostChange = "host-down" | "host-up" | "host-lost" | "host-regained";

export function hostChanged(
  what: HostChange,
  { source, host, at, error }: Readonly<{ source: string; host: string; at: Date; error?: DaybookError }>,
): HookEvent {
  const data = { what, host, kind: error?.kind, reason: error?.detail };
  return {
    type: "error",
    source,
    at,
    subject: `host ${host}`,
    occasion: `${what} ${at.toISOString()}`,
    data,
  };
}

/** `because`: what it waits for. */
export function sourceWaits(
  what: "source-paused" | "source-resumed",
  {
    source,
    because,
    at,
    error,
  }: Readonly<{ source: string; because: string; at: Date; error?: DaybookError }>,
): HookEvent {
  const data = { what, because, kind: error?.kind, reason: error?.detail };
  const occasion = `${what} ${at.toISOString()}`;
  return { type: "error", source, at, subject: `waits for ${because}`, occasion, data };
}

export function sourceFailed(source: string, error: DaybookError, at: Date): HookEvent {
  const data = { what: "source-failed", kind: error.kind, reason: error.detail };
  return { type: "error", source, at, subject: "", occasion: `failed ${at.toISOString()}`, data };
}

/** `since`: when the last file came, or when it began to be waited for. */
export function silence(
  source: string,
  status: "began" | "ended",
  { since, at }: { readonly since: Date; readonly at: Date },
): HookEvent {
  const occasion = `${status} ${since.toISOString()}`;
  return { type: "stale", source, at, subject: "silence", occasion, data: { status, since } };
}

function gapEvent(slot: SlotRecord, at: Date, data: HookEvent["data"]): HookEvent {
  const occasion = `${String(data["status"])} ${String(data["kinds"])} ${at.toISOString()}`;
  return { type: "gap", source: slot.source, at, subject: slot.path, occasion, data };
}

function fileData(file: FileRecord, layout: PathLayout): Readonly<Record<string, unknown>> {
  const { path, slot, observedAt, size, modifiedAt, sha256, version, firstSeenAt, storedAt } = file;
  const { location, encoding, storedSize } = file;
  const attributes = layout.parse(path)?.attributes ?? {};
  const remote = { path, slot, attributes, observedAt, size, modifiedAt, sha256 };
  return { ...remote, location, encoding, storedSize, version, firstSeenAt, storedAt };
}

function slotData({ path, start, end, state, files }: SlotRecord): Readonly<Record<string, unknown>> {
  return { slot: path, start, end, state, files: { ...files } };
}
