import type { CrawlEvent, Daybook, Discrepancy, Scope } from "@daybook/core";
import { printable } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { ExitCode, runExitCode } from "../exit-code.js";
import { formatBytes } from "../format/bytes.js";
import { count } from "../format/count.js";
import { withDaybook } from "../open-daybook.js";
import { Display } from "../progress/display.js";
import { StatusLine } from "../progress/status-line.js";
import { StopSignals } from "../stop-signals.js";
import { startLog, withLog } from "./log-options.js";
import type { LogCommandOptions } from "./log-options.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

interface VerifyOptions extends ScopeOptions, LogCommandOptions {
  readonly repair?: boolean;
  readonly json?: boolean;
}

export function verifyCommand(context: CommandContext): Command {
  const command = new Command("verify")
    .description(
      "hash every file again and compare disk and ledger, both ways; exits 3 if something is wrong",
    )
    .option("--repair", "fetch what is lost or damaged again; files the ledger doesn't know are left alone");
  return withLog(withJson(withScope(command), "print what is wrong as JSON, one a line")).action(
    async (options: VerifyOptions, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const display = new Display(context, options.json === true, startLog(context, options));
      // That another run is under way is no failure here: it does the fetching.
      const observer = { on: (event: CrawlEvent) => void (isTaken(event) || display.on(event)) };
      await withDaybook(
        context,
        { config, source: options.source, observers: [observer] },
        async (daybook) => {
          const scope = scopeOf(options);
          const check = new Check(context, options, await totals(daybook, scope));
          await check.run(daybook, scope);
          const repair = options.repair && check.lost.size > 0;
          const { left, exitCode } = repair
            ? await fetchNow({ context, daybook, display, scope, lost: check.lost })
            : { left: check.lostCount, exitCode: ExitCode.complete };
          check.report(left);
          if (exitCode !== ExitCode.complete && exitCode !== ExitCode.gaps) return exitCode;
          return left + check.found.unrecorded > 0 ? ExitCode.gaps : ExitCode.complete;
        },
      );
    },
  );
}

/** Paths by source. */
type Paths = Map<string, Set<string>>;

/** Of what the ledger has, files; and bytes of those stored. */
interface Totals {
  readonly files: number;
  readonly bytes: number;
  readonly givenUp: number;
}

/** Looks at everything once and tells what is wrong as it is found. */
class Check {
  readonly found: Record<Discrepancy["kind"], number> = { lost: 0, damaged: 0, unrecorded: 0 };
  /** What was put back in the queue. */
  readonly lost: Paths = new Map();
  readonly #context: CommandContext;
  readonly #options: VerifyOptions;
  readonly #all: Totals;
  #files = 0;
  #bytes = 0;

  constructor(context: CommandContext, options: VerifyOptions, all: Totals) {
    this.#context = context;
    this.#options = options;
    this.#all = all;
  }

  get lostCount(): number {
    return this.found.lost + this.found.damaged;
  }

  async run(daybook: Daybook, scope: Scope): Promise<void> {
    const { stdout, stderr } = this.#context;
    const { repair, json } = this.#options;
    const line = new StatusLine({ output: stderr });
    const checked = ({ size = 0 }: { size?: number }): void => {
      this.#files++;
      this.#bytes += size;
      line.update(() => this.#progress());
    };
    for await (const one of daybook.verify({ ...scope, repair, checked })) {
      line.clear();
      if (json) stdout.json({ type: "discrepancy", ...one });
      else stdout.data(discrepancyLine(one));
      this.found[one.kind]++;
      if (!one.repaired) continue;
      const paths = this.lost.get(one.source!) ?? new Set();
      this.lost.set(one.source!, paths.add(one.path!));
    }
    line.clear();
  }

  /** `left` is how many lost or damaged files are not back. */
  report(left: number): void {
    const { stdout } = this.#context;
    const { lost, damaged, unrecorded } = this.found;
    const repaired = this.lostCount - left;
    if (this.#options.json) {
      const figures = { files: this.#files, bytes: this.#bytes, lost, damaged, unrecorded, repaired };
      return stdout.json({ type: "verify-finished", ...figures });
    }
    const wrong = Object.entries(this.found).filter(([, n]) => n > 0);
    const what = wrong.map(([kind, n]) => `${n} ${kind}`).join(", ") || "nothing wrong";
    const after = this.#options.repair && this.lostCount > 0 ? `; ${repaired} fetched again` : "";
    const { givenUp } = this.#all;
    const beside = givenUp > 0 ? `; ${count(givenUp, "file")} given up, which daybook gaps tells of` : "";
    stdout.line(
      `${count(this.#files, "file")} checked, ${formatBytes(this.#bytes)}: ${what}${after}${beside}`,
    );
  }

  #progress(): string {
    const { files, bytes } = this.#all;
    const of = `of ${count(Math.max(files, this.#files), "file")}`;
    const all = formatBytes(Math.max(bytes, this.#bytes));
    return `checking ${this.#files} ${of}, ${formatBytes(this.#bytes)} of ${all}`;
  }
}

async function totals(daybook: Daybook, scope: Scope): Promise<Totals> {
  const all = await daybook.status(scope);
  return {
    givenUp: all.reduce((sum, { summary }) => sum + summary.files.quarantined, 0),
    files: all.reduce((sum, { summary }) => sum + summary.files.stored, 0),
    bytes: all.reduce((sum, { summary }) => sum + summary.files.bytes, 0),
  };
}

/** Visits what is due of the sources concerned; how many of the files are still not there, and how the run went. */
async function fetchNow(job: {
  context: CommandContext;
  daybook: Daybook;
  display: Display;
  scope: Scope;
  lost: Paths;
}): Promise<{ left: number; exitCode: ExitCode }> {
  const { context, daybook, display, lost } = job;
  const scope = { ...job.scope, sources: [...lost.keys()] };
  const stop = new StopSignals({ onFirst: (message) => display.print(message) }).listen();
  try {
    await display.start(() => daybook.status(scope));
    const result = await daybook.run({ ...scope, once: true, signal: stop.signal });
    display.close();
    const taken = result.sources.filter(({ error }) => error?.kind === "busy").map(({ name }) => name);
    for (const name of taken) context.stderr.line(`${name}: another run is under way, and will fetch them`);
    const failed = result.sources.some(({ name, error }) => error !== undefined && !taken.includes(name));
    const outcome = stop.received ? "stopped" : failed ? "failed" : "complete";
    return { left: await notStored(daybook, lost), exitCode: runExitCode(outcome, stop.received) };
  } finally {
    display.close();
    stop.close();
  }
}

async function notStored(daybook: Daybook, lost: Paths): Promise<number> {
  let left = 0;
  for (const [source, paths] of lost) {
    const files = daybook.files({ source, status: ["pending", "quarantined", "gone"] });
    for await (const { path } of files) if (paths.has(path)) left++;
  }
  return left;
}

const isTaken = (event: CrawlEvent) => event.type === "source-failed" && event.error.kind === "busy";

function discrepancyLine({ kind, location, source, detail }: Discrepancy): string {
  return [source ?? "-", kind.padEnd("unrecorded".length), printable(location), printable(detail)].join("  ");
}
