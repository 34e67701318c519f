import type { AdapterChoice } from "./checked-config.js";
import type { KeyPath } from "./problem.js";
import type { Problems } from "./problems.js";
import { BUILT_IN, builtIn, hostRoot } from "./schema/adapters.js";
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
  if (checked === undefined || twice.length > 0) return undefined;
  if (use !== "failover") return { kind, use, options: checked, path };
  const { hosts: given, ...rest } = checked as { hosts: readonly Chosen[] };
  const hosts = given.map((host, i) => checkHost(kind, host, [...path, "hosts", i], problems));
  return hosts.includes(undefined)
    ? undefined
    : { kind, use, options: rest, hosts: hosts as AdapterChoice[], path };
}

/** One of the hosts of a failover. */
function checkHost(
  kind: AdapterKind,
  host: Chosen,
  path: KeyPath,
  problems: Problems,
): AdapterChoice | undefined {
  if (host.use === "failover") {
    problems.add([...path, "use"], "is within a failover already: list its hosts there");
    return undefined;
  }
  const { root: given, ...rest } = host;
  const root = given === undefined ? undefined : problems.check(hostRoot, given, [...path, "root"]);
  const choice = checkAdapter(kind, rest as Chosen, path, problems);
  return choice && { ...choice, root };
}
