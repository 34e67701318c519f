import { checkAdapter } from "./check-adapter.js";
import { checkHooks } from "./check-hooks.js";
import { checkSource, inspectorChoices } from "./check-source.js";
import type { AdapterChoice, CheckedConfig, CheckedSource } from "./checked-config.js";
import { findSecrets } from "./find-secrets.js";
import { interpolate } from "./interpolate.js";
import type { KeyPath, Problem } from "./problem.js";
import { Problems } from "./problems.js";
import { builtIn } from "./schema/adapters.js";
import { rootSchema } from "./schema/root.js";
import type { RootConfig } from "./schema/root.js";
import { suggestion } from "./suggest.js";
import { parseYaml } from "./yaml-document.js";

export type Checked =
  | {
      readonly config: CheckedConfig;
      readonly lineOf: (path: KeyPath) => number;
      readonly problems?: undefined;
    }
  | {
      readonly problems: readonly Problem[];
      /** Adapters that are right as far as the file goes, so that what else is wrong with them can be told too. */
      readonly adapters: readonly AdapterChoice[];
      readonly lineOf: (path: KeyPath) => number;
      readonly config?: undefined;
    };

/** Everything that is wrong with a file's text at once, or what it says. Reads no other file. */
export function checkConfig(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  onSecret: (secret: string) => void = () => undefined,
): Checked {
  const yaml = parseYaml(text, verbatim);
  const { lineOf } = yaml;
  if (yaml.value === undefined && yaml.problems.length > 0)
    return { problems: yaml.problems, adapters: [], lineOf };
  const { value, failures, written } = interpolate(yaml.value ?? undefined, env);
  for (const secret of findSecrets(value)) onSecret(secret);
  const problems = new Problems({ value, lineOf: yaml.lineOf, written });
  for (const { path, message, line } of yaml.problems) problems.add(path, message, line);
  for (const { path, message } of failures) problems.addUnset(path, message);

  const root = problems.check(rootSchema, value ?? {}, []);
  const given = (value ?? {}) as Record<string, unknown>;
  const adapters: AdapterChoice[] = [];
  const sources = Array.isArray(given["sources"])
    ? given["sources"].flatMap((source, i) => checkSource(source, ["sources", i], problems, adapters))
    : [];
  checkUnique(sources, problems);
  // What a source is called, and its host, isn't known of those that couldn't be read.
  const listed = Array.isArray(given["sources"]) ? given["sources"] : [];
  const allRead = listed.every((_, i) => sources.some(({ path }) => path[1] === i));
  if (allRead) checkHosts(Object.keys(root?.hosts ?? {}), sources, problems);
  const hooks = root?.hooks ?? [];
  checkHooks(allRead ? hooks : hooks.map((hook) => ({ ...hook, sources: undefined })), sources, problems);
  const { token, token_file: tokenFile } = root?.serve ?? {};
  if (token !== undefined && tokenFile !== undefined)
    problems.add(["serve", "token_file"], "give `token` or `token_file`, not both");
  const whole = root ?? partsOf(given);
  const state = whole.state && checkAdapter("state", whole.state, ["state"], problems);
  const destination =
    whole.destination && checkAdapter("destination", whole.destination, ["destination"], problems);
  const inspect = inspectorChoices(whole.inspect, ["inspect"], problems);
  if (root === undefined || problems.any || state === undefined || destination === undefined) {
    for (const choice of [state, destination, ...inspect]) if (choice) adapters.push(choice);
    return { problems: problems.sorted, adapters, lineOf };
  }
  const config = {
    state,
    destination,
    inspect,
    shutdownTimeout: root.shutdown_timeout,
    hosts: root.hosts ?? {},
    hooks: root.hooks ?? [],
    serve: root.serve,
    sources,
  };
  return { config, lineOf };
}

/** Of a file whose outer level is wrong somewhere, what is right: it is looked into all the same. */
function partsOf(given: Record<string, unknown>): Partial<RootConfig> {
  const right = <K extends "state" | "destination" | "inspect">(key: K) =>
    rootSchema.shape[key].safeParse(given[key]).data as RootConfig[K] | undefined;
  return { state: right("state"), destination: right("destination"), inspect: right("inspect") };
}

/** Below these keys, 0315 is a name and not a number. */
function verbatim(path: KeyPath): boolean {
  if (path[0] === "hooks") return path[2] === "group" || path[2] === "command" || path[2] === "env";
  return path[0] === "sources" && (path[2] === "select" || path[2] === "each");
}

/** A host's name that is misspelt would limit nothing, without a word. Transports of others may have any host. */
function checkHosts(names: readonly string[], sources: readonly CheckedSource[], problems: Problems): void {
  const hosts = sources
    .flatMap(({ transport }) => transport.hosts ?? [transport])
    .map(({ use, options }) => builtIn("transport", use) && options.host);
  if (hosts.includes(undefined)) return;
  const known = [...new Set(hosts.map((host) => String(host).toLowerCase()))];
  for (const name of names) {
    const host = name
      .toLowerCase()
      .replace(/^[a-z]+:\/\//, "")
      .replace(/:\d+$/, "")
      .replace(/^\[|\]$/g, "");
    if (!known.includes(host))
      problems.add(["hosts", name], `no source has the host \`${host}\`${suggestion(host, known)}`);
  }
}

// Folders on some file systems don't tell upper from lower case.
function checkUnique(sources: readonly CheckedSource[], problems: Problems): void {
  const seen = new Map<string, CheckedSource>();
  for (const source of sources) {
    const key = source.name.normalize("NFC").toLowerCase();
    const other = seen.get(key);
    if (other === undefined) seen.set(key, source);
    else problems.add([...source.path, "name"], `there is a source \`${other.name}\` already`);
  }
}
