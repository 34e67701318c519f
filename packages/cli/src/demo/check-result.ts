import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Daybook, FileRecord, Gap } from "@daybook/core";
import type { DemoFile, DemoScenario } from "./scenario.js";

export interface DemoFindings {
  readonly gaps: readonly Gap[];
  readonly late: FileRecord | undefined;
  /** What the demonstration promised and didn't show; empty when all is well. */
  readonly failures: readonly string[];
}

/** Compares what came home, and what the ledger says, with what the server held. */
export async function checkResult(
  daybook: Daybook,
  scenario: DemoScenario,
  downloads: string,
): Promise<DemoFindings> {
  const gaps: Gap[] = [];
  for await (const gap of daybook.gaps()) gaps.push(gap);
  const records = new Map<string, FileRecord>();
  for await (const file of daybook.files()) records.set(file.path, file);

  const failures: string[] = [];
  const { missing, damaged, late } = scenario;
  const isMissing = (gap: Gap) => gap.kind === "missing" && gap.slot === missing.slot;
  const isDamaged = (gap: Gap) => gap.kind === "quarantined" && gap.path === damaged.path;
  if (!gaps.some(isMissing)) failures.push(`the missing hour ${missing.slot} is not among the gaps`);
  if (!gaps.some((gap) => isDamaged(gap) && gap.reason))
    failures.push(`the damaged file ${damaged.path} is not among the gaps with its reason`);
  for (const gap of gaps.filter((gap) => !isMissing(gap) && !isDamaged(gap)))
    failures.push(`there is a gap that should not be: ${gap.kind} ${gap.path ?? gap.slot}`);
  for (const file of [...scenario.files, late]) {
    const problem = await different(file, records.get(file.path), downloads);
    if (problem !== undefined) failures.push(`${file.path} ${problem}`);
  }
  const unknown = records.size - scenario.files.length - 2;
  if (unknown > 0) failures.push(`the ledger has ${unknown} files more than the server`);
  return { gaps, late: records.get(late.path), failures };
}

async function different(
  file: DemoFile,
  record: FileRecord | undefined,
  downloads: string,
): Promise<string | undefined> {
  if (record?.status !== "stored" || record.location === undefined) {
    return `is not stored: ${record?.reason ?? record?.status ?? "the ledger doesn't know it"}`;
  }
  const sha256 = createHash("sha256").update(file.bytes).digest("hex");
  if (record.sha256 !== sha256) return "has another checksum in the ledger";
  const local = await readFile(join(downloads, record.location)).catch(() => undefined);
  if (local === undefined) return "is in the ledger, but not on disk";
  return local.equals(file.bytes) ? undefined : "differs on disk from what the server sent";
}
