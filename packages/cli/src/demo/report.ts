import { join } from "node:path";
import type { SourceStatus } from "@daybook/core";
import { statusLines } from "../commands/status.js";
import { gapLine } from "../format/gap-words.js";
import { formatInstant } from "../format/time.js";
import type { DemoFindings } from "./check-result.js";
import type { DemoScenario } from "./scenario.js";

export interface DemoReport {
  readonly folder: string;
  readonly config: string;
  readonly scenario: DemoScenario;
  readonly findings: DemoFindings;
  readonly status: readonly SourceStatus[];
  /** Local paths of some of the files. */
  readonly excerpt: readonly string[];
}

/** What a newcomer wants to see after a crawl. */
export function reportLines({ folder, config, scenario, findings, status, excerpt }: DemoReport): string[] {
  const { late } = findings;
  const lateLine =
    late?.storedAt === undefined
      ? []
      : [
          "",
          "One file came late: its hour had been listed without it. It was found and fetched all the same:",
          `  ${late.path}, stored at ${formatInstant(late.storedAt)}`,
        ];
  return [
    "",
    `The files, under ${join(folder, "downloads")}:`,
    ...excerpt.map((path) => `  ${path}`),
    "  …",
    "",
    "What the ledger says:",
    ...statusLines(status, scenario.end).map((line) => `  ${line}`),
    "",
    "The gaps it found, and why:",
    ...findings.gaps.map((gap) => `  ${gapLine(gap)}`),
    ...lateLine,
    "",
    "Now try:",
    ...["gaps", "status", "files --attribute field=DBZH --limit 5", "files --status quarantined"].map(
      (command) => `  npx daybook ${command} -c ${config}`,
    ),
  ];
}
