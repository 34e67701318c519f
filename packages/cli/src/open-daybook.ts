import { statSync } from "node:fs";
import { createDaybook, DaybookError, memoryStore, ObserverToken, StateStoreToken } from "@daybook/core";
import type { Daybook, DaybookOptions, Observer } from "@daybook/core";
import type { LoadedConfig } from "./config/load-config.js";
import { suggestion } from "./config/suggest.js";
import type { CommandContext } from "./context.js";
import { ExitCode } from "./exit-code.js";

export interface DaybookSettings {
  readonly config: string;
  readonly source?: readonly string[];
  readonly observers?: readonly Observer[];
  /** Nothing is to be written: where there is no ledger yet, one in memory takes its place, and none is left behind. */
  readonly onlyLooks?: boolean;
}

/** What of the configuration concerns the command itself. */
export interface Loaded {
  readonly serve?: LoadedConfig["serve"];
  /** In ms. */
  readonly shutdownTimeout?: number;
}

/**
 * Reads the configuration and hands the application made of it to `use`, then closes it. Where the file is wrong, all
 * that is wrong with it is printed and `use` isn't called.
 */
export async function withDaybook(
  context: CommandContext,
  options: DaybookSettings,
  use: (daybook: Daybook, loaded: Loaded) => Promise<ExitCode>,
): Promise<void> {
  const { loadConfig } = await import("./config/load-config.js");
  const loaded = await loadConfig(options.config, {
    env: context.env,
    onSecret: (secret) => context.secrets.add(secret),
  });
  if (loaded.problems !== undefined) {
    for (const problem of loaded.problems) context.stderr.line(problem);
    context.exitCode = ExitCode.usage;
    return;
  }
  checkSources(loaded.options, options.source ?? []);
  const observers = (options.observers ?? []).map((observer) => ({
    name: "command",
    provides: ObserverToken,
    create: () => observer,
  }));
  const { ledgerFile } = loaded;
  const none = options.onlyLooks && ledgerFile !== undefined && isMissing(ledgerFile);
  // A path that is mistyped, or a disk that isn't mounted, looks like a start.
  if (none) context.stderr.line(`daybook: there is no ledger at ${ledgerFile} yet`);
  const plugins = loaded.options.plugins.map((plugin) =>
    none && plugin.provides === StateStoreToken ? memoryStore() : plugin,
  );
  const daybook = createDaybook({ ...loaded.options, plugins: [...plugins, ...observers] });
  try {
    context.exitCode = await use(daybook, {
      serve: loaded.serve,
      shutdownTimeout: loaded.options.shutdownTimeout,
    });
  } finally {
    await daybook.close();
  }
}

/** Only what is surely not there: a ledger that may not be read is no empty one. */
function isMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function checkSources({ sources }: DaybookOptions, asked: readonly string[]): void {
  const names = sources.map(({ name }) => name);
  for (const name of asked) {
    if (!names.includes(name)) {
      throw new DaybookError("config", `there is no source \`${name}\`${suggestion(name, names)}`);
    }
  }
}
