import type { CheckedSource } from "./checked-config.js";
import type { Problems } from "./problems.js";
import type { HookConfig } from "./schema/hook.js";
import { suggestion } from "./suggest.js";

/** What the schema can't tell: what fits together, and what has to be there once. */
export function checkHooks(
  hooks: readonly HookConfig[],
  sources: readonly CheckedSource[],
  problems: Problems,
): void {
  const names = sources.map(({ name }) => name);
  hooks.forEach((hook, i) => {
    const path = ["hooks", i];
    const { webhook, command, on } = hook;
    if (hooks.findIndex(({ name }) => name === hook.name) < i)
      problems.add([...path, "name"], `there is a hook \`${hook.name}\` already: they would share messages`);
    if ((webhook === undefined) === (command === undefined))
      problems.add(path, "must have either `webhook` or `command`");
    if (hook.env !== undefined && command === undefined)
      problems.add([...path, "env"], "is for `command` only; a webhook has `headers`");
    if (webhook) checkOneOf(webhook, "url", true, [...path, "webhook"], problems);
    if (webhook) checkOneOf(webhook, "secret", false, [...path, "webhook"], problems);
    for (const [key, event] of [
      ["group", "group"],
      ["stale_after", "stale"],
    ] as const)
      // prettier-ignore
      if (hook[key] !== undefined && !on.includes(event))
        problems.add([...path, key], `is for the event \`${event}\`, which isn't in \`on\``);
    hook.sources?.forEach((name, n) => {
      if (!names.includes(name))
        problems.add([...path, "sources", n], `there is no source \`${name}\`${suggestion(name, names)}`);
    });
  });
}

function checkOneOf(
  values: Readonly<Record<string, unknown>>,
  key: string,
  required: boolean,
  path: readonly (string | number)[],
  problems: Problems,
): void {
  const given = [key, `${key}_file`].filter((name) => values[name] !== undefined).length;
  if (given > 1) problems.add([...path, `${key}_file`], `give \`${key}\` or \`${key}_file\`, not both`);
  if (required && given === 0) problems.add([...path, key], "is required");
}
