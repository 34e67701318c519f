import type { AdapterChoice } from "./checked-config.js";
import type { KeyPath } from "./problem.js";
import type { Problems } from "./problems.js";
import { BUILT_IN, builtIn } from "./schema/adapters.js";
import type { AdapterKind } from "./schema/adapters.js";
import { nearest } from "./suggest.js";

interface Chosen {
  readonly use: string;
  readonly [key: string]: unknown;
}

/** The options of a known adapter by its schema; those of any other as they are. */
export function checkAdapter(
  kind: AdapterKind,
  chosen: Chosen,
  path: KeyPath,
  problems: Problems,
): AdapterChoice | undefined {
  const { use, ...options } = chosen;
  const twice = Object.keys(options).filter(
    (key) => key.endsWith("_file") && Object.hasOwn(options, key.slice(0, -"_file".length)),
  );
  for (const key of twice)
    problems.add([...path, key], `give \`${key.slice(0, -"_file".length)}\` or \`${key}\`, not both`);
  const known = builtIn(kind, use);
  if (known === undefined) {
    const meant = nearest(use, Object.keys(BUILT_IN[kind]));
    if (meant !== undefined) {
      problems.add([...path, "use"], `there is no ${kind} \`${use}\`; did you mean \`${meant}\`?`);
      return undefined;
    }
    return twice.length > 0 ? undefined : { kind, use, options, path };
  }
  const checked = problems.check(known.options, options, path);
  return checked && twice.length === 0 ? { kind, use, options: checked, path } : undefined;
}
