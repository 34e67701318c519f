import { printable } from "@daybook/core";
import type { PlannedSlot } from "@daybook/core";
import { Command } from "commander";
import { inConfigWords } from "../config/config-words.js";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { formatBytes } from "../format/bytes.js";
import { count } from "../format/count.js";
import { formatRange } from "../format/time.js";
import { withDaybook } from "../open-daybook.js";
import { StopSignals } from "../stop-signals.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

export function planCommand(context: CommandContext): Command {
  const command = new Command("plan").description(
    "show what a run would list and fetch now; fetches and records nothing",
  );
  return withJson(withScope(command), "print slots as JSON, one a line").action(
    async (options: ScopeOptions & { json?: boolean }, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const stop = new StopSignals({ onFirst: (message) => context.stderr.line(message) });
      try {
        await withDaybook(context, { config, source: options.source, onlyLooks: true }, async (daybook) => {
          stop.listen();
          const totals = { slots: 0, files: 0, bytes: 0, waiting: 0, unlisted: 0 };
          for await (const slot of daybook.plan({ ...scopeOf(options), signal: stop.signal })) {
            add(totals, slot);
            if (options.json) context.stdout.json(slot);
            else context.stdout.line(slotLine(slot));
          }
          if (!options.json) context.stdout.line(totalLine(totals));
          if (stop.received !== undefined) return ExitCode[stop.received];
          return totals.unlisted > 0 ? ExitCode.failed : ExitCode.complete;
        });
      } finally {
        stop.close();
      }
    },
  );
}

type Totals = Record<"slots" | "files" | "bytes" | "waiting" | "unlisted", number>;

function add(totals: Totals, slot: PlannedSlot): void {
  totals.slots++;
  totals.files += slot.files;
  totals.bytes += slot.bytes;
  totals.waiting += slot.waiting;
  if (slot.listing === "failed" || slot.listing === "truncated") totals.unlisted++;
}

const LISTINGS: Record<PlannedSlot["listing"], string> = {
  entries: "nothing to fetch",
  empty: "the directory is empty",
  missing: "there is no such directory",
  failed: "could not be listed",
  truncated: "the listing settles nothing",
};

function slotLine(slot: PlannedSlot & { source: string }): string {
  const { files, bytes, waiting } = slot;
  const parts = [
    ...(files > 0 ? [`fetch ${count(files, "file")}, ${formatBytes(bytes)}`] : []),
    ...(waiting > 0 ? [`${count(waiting, "file")} not ready yet`] : []),
  ];
  const reason = slot.reason === undefined ? "" : `: ${printable(inConfigWords(slot.reason))}`;
  if (parts.length === 0 || slot.listing === "truncated") parts.push(LISTINGS[slot.listing] + reason);
  return `${slot.source}  ${formatRange(slot)}  ${printable(slot.path)}  ${parts.join("; ")}`;
}

function totalLine({ slots, files, bytes, waiting, unlisted }: Totals): string {
  const parts = [
    `${count(slots, "slot")} to list`,
    `${count(files, "file")} to fetch, ${formatBytes(bytes)}`,
  ];
  if (waiting > 0) parts.push(`${count(waiting, "file")} not ready yet`);
  if (unlisted > 0) parts.push(`${count(unlisted, "slot")} could not be listed whole`);
  return parts.join("; ");
}
