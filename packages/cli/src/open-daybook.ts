import { createDaybook, DaybookError, ObserverToken } from "@daybook/core";
import type { Daybook, DaybookOptions, Observer } from "@daybook/core";
import type { LoadedConfig } from "./config/load-config.js";
import { suggestion } from "./config/suggest.js";
import type { CommandContext } from "./context.js";
import { ExitCode } from "./exit-code.js";

/**
 * Reads the configuration and hands the application made of it to `use`, then closes it. Where the file is wrong, all
 * that is wrong with it is printed and `use` isn't called.
 */
export async function withDaybook(
  context: CommandContext,
  options: { config: string; source?: readonly string[]; observers?: readonly Observer[] },
  use: (daybook: Daybook, serve: LoadedConfig["serve"]) => Promise<ExitCode>,
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
  const daybook = createDaybook({
    ...loaded.options,
    plugins: [...loaded.options.plugins, ...observers],
  });
  try {
    context.exitCode = await use(daybook, loaded.serve);
  } finally {
    await daybook.close();
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
