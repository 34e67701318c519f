import { checkHooks, command, webhook, type Hook, type HookTarget, type SourceOptions } from "@daybook/core";
import { asDaybookError } from "@daybook/core";
import type { KeyPath } from "./problem.js";
import type { HookConfig } from "./schema/hook.js";
import { readSecretFiles, type SecretFailure } from "./secret-files.js";

export interface HookContext {
  /** The configuration file's: relative paths start there, and commands run there. */
  readonly directory: string;
  readonly sources: readonly SourceOptions[];
  readonly fail: (failure: SecretFailure) => void;
}

/** A hook as core takes it; what is wrong with it goes to `fail`. */
export async function hookOf(config: HookConfig, i: number, context: HookContext): Promise<Hook | undefined> {
  const path: KeyPath = ["hooks", i];
  const kind = config.webhook ? "webhook" : "command";
  const target = await targetOf(config, path, context);
  if (target === undefined) return undefined;
  const hook: Hook = {
    name: config.name,
    on: config.on,
    sources: config.sources,
    target,
    concurrency: config.concurrency ?? (kind === "webhook" ? 4 : 1),
    group: config.group,
    staleAfter: config.stale_after,
    giveUpAfter: config.give_up_after,
    maxWaiting: config.max_waiting,
  };
  const made = attempt([...path, "group"], context, () => {
    checkHooks(
      [hook],
      context.sources.map(({ name, layout, select }) => ({ name, layout, policy: { select } })),
    );
    return hook;
  });
  return made;
}

async function targetOf(
  { webhook: posted, command: words, env, timeout }: HookConfig,
  path: KeyPath,
  context: HookContext,
): Promise<HookTarget | undefined> {
  const { directory } = context;
  if (words !== undefined)
    return attempt([...path, "command"], context, () =>
      command({ command: words, env, timeout, cwd: directory }),
    );
  const failures: SecretFailure[] = [];
  const { headers, ...rest } = posted!;
  const options = await readSecretFiles(rest, directory, [...path, "webhook"], failures);
  for (const failure of failures) context.fail(failure);
  if (failures.length > 0) return undefined;
  const { url, secret } = options as { url: string; secret?: string };
  return attempt([...path, "webhook"], context, () => webhook({ url, secret, headers, timeout }));
}

function attempt<T>(path: KeyPath, { fail }: HookContext, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    const message = asDaybookError(error, "config").detail.replace(/^hook [^:]*: (group: )?/, "");
    fail({ path, message });
    return undefined;
  }
}
