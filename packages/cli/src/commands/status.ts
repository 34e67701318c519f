import { printable } from "@daybook/core";
import type { HookStatus, HostFact, SourceStatus, Trouble } from "@daybook/core";
import { Command } from "commander";
import { inConfigWords } from "../config/config-words.js";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { formatBytes } from "../format/bytes.js";
import { count } from "../format/count.js";
import { formatDuration } from "../format/duration.js";
import { table } from "../format/table.js";
import { formatInstant } from "../format/time.js";
import { withDaybook } from "../open-daybook.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

export function statusCommand(context: CommandContext): Command {
  const command = new Command("status").description("show what the ledger holds, source by source");
  return withJson(withScope(command), "print one JSON document").action(
    async (options: ScopeOptions & { json?: boolean }, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      await withDaybook(context, { config, source: options.source, onlyLooks: true }, async (daybook) => {
        const sources = await daybook.status(scopeOf(options));
        const hooks = await daybook.hooks();
        const hosts = await daybook.hostFacts();
        const troubles = (await daybook.troubles()).filter(
          ({ source }) => source === "" || sources.some(({ name }) => name === source),
        );
        const now = new Date();
        if (options.json) context.stdout.json({ sources, troubles, hooks, hosts }, 2);
        else
          for (const line of [
            ...statusLines(sources, now),
            ...troubles.map((trouble) => troubleLine(trouble, now)),
            ...hooks.flatMap((hook) => waitingLine(hook, now)),
            ...hosts.map((fact) => hostLine(fact, now)),
          ])
            context.stdout.data(line);
        return ExitCode.complete;
      });
    },
  );
}

const STATES = ["complete", "partial", "incomplete", "open", "failed", "empty", "missing"] as const;

/** A table of the sources, and below it what looks odd at them. */
export function statusLines(sources: readonly SourceStatus[], now: Date): string[] {
  const header = ["source", "slots", ...STATES, "unseen", "files", "size", "to fetch", "given up", "newest"];
  const rows = sources.map(({ name, expected, unseen, summary, newest }) => [
    name,
    String(expected),
    ...STATES.map((state) => String(summary.slots[state])),
    String(unseen),
    String(summary.files.stored),
    formatBytes(summary.files.bytes),
    String(summary.files.pending),
    String(summary.files.quarantined),
    newest === undefined
      ? "-"
      : `${formatInstant(newest)} (${formatDuration(now.getTime() - newest.getTime())} ago)`,
  ]);
  const right = header.map((_, i) => (i === 0 || i === header.length - 1 ? "left" : "right"));
  return [
    ...table([header, ...rows], right as ("left" | "right")[]),
    ...sources.flatMap(expiredLine),
    ...sources.flatMap(oddityLines),
  ];
}

const STANDS: Readonly<Record<Trouble["cause"], string>> = {
  clock: "this machine's clock is not believed",
  login: "it waits, since its log-in is refused",
  destination: "it waits, since its files can't be kept",
  stopped: "it has stopped",
};

const GOES_ON: Readonly<Record<Trouble["cause"], string>> = {
  clock: "",
  login: "; a run tries again by itself, at least once an hour",
  destination: "; a run tries again by itself, at least once a minute",
  stopped: "; mend that, then start daybook run again",
};

function troubleLine({ source, cause, detail, since, nextTryAt }: Trouble, now: Date): string {
  const whose = source === "" ? "" : `${source}: `;
  const told = `${whose}${STANDS[cause]} (since ${formatInstant(since)}): ${printable(inConfigWords(detail))}`;
  if (nextTryAt !== undefined && nextTryAt > now) return `${told}; next try at ${formatInstant(nextTryAt)}`;
  return told + GOES_ON[cause];
}

function waitingLine({ name, waiting, oldest }: HookStatus, now: Date): string[] {
  if (oldest === undefined) return [];
  const age = formatDuration(now.getTime() - oldest.getTime());
  return [
    `hook ${name}: ${count(waiting, "message")} still to be delivered, the first of ${formatInstant(oldest)} (${age} ago)`,
  ];
}

function hostLine({ endpoint, value, at }: HostFact, now: Date): string {
  return `${endpoint}: ${printable(value)} (learnt ${formatDuration(now.getTime() - at.getTime())} ago)`;
}

function expiredLine({ name, summary }: SourceStatus): string[] {
  const { expired } = summary.files;
  return expired > 0 ? [`${name}: ${count(expired, "file")} more, older than the source keeps files`] : [];
}

function oddityLines({ name, oddities }: SourceStatus): string[] {
  return oddities.map(({ slot, what, count: n, names }) => {
    const more = n > names.length ? ", …" : "";
    const which = names.length === 0 ? "" : `: ${names.map(printable).join(", ")}${more}`;
    const words =
      what === "skipped"
        ? `${count(n, "name")} that the layout doesn't know`
        : `${count(n, "part")} that could not be taken`;
    return `${name}: ${words} in ${printable(slot)}${which}`;
  });
}
