import { asDaybookError, checkSelect, expectation, flat, selectBy } from "@daybook/core";
import type { PathLayout, SelectSpec } from "@daybook/core";
import { combinations, substitute } from "./each.js";
import type { Constants } from "./each.js";
import { checkAdapter } from "./check-adapter.js";
import type { AdapterChoice, CheckedSource, TemplateChoice } from "./checked-config.js";
import type { KeyPath } from "./problem.js";
import type { Problems } from "./problems.js";
import { expectOf } from "./expect.js";
import { boundTemplate } from "./bound-template.js";
import { flatLayoutOptions, sourceSchema, templateLayoutOptions } from "./schema/source.js";
import type { SourceConfig } from "./schema/source.js";
import { nearest, suggestion } from "./suggest.js";

/** One entry of `sources`: as many sources as `each` has combinations. Adapters that are right go to `adapters`. */
export function checkSource(
  value: unknown,
  path: KeyPath,
  problems: Problems,
  adapters: AdapterChoice[],
): CheckedSource[] {
  const settings = problems.check(sourceSchema, value, path);
  if (settings === undefined) {
    checkParts(value, path, problems, adapters);
    return [];
  }
  checkRange(settings, path, problems);
  attempt([...path, "select"], problems, () => settings.select && selectBy(settings.select as SelectSpec));
  const inspect = inspectorChoices(settings.inspect, [...path, "inspect"], problems);
  return combinations(settings.each ?? {}).flatMap((constants) => {
    const name = checkName(substitute(settings.name, constants), constants, [...path, "name"], problems);
    const transport = checkAdapter(
      "transport",
      substitute(settings.transport, constants),
      [...path, "transport"],
      problems,
    );
    if (transport) adapters.push(transport);
    const layout = checkLayout(settings, constants, path, problems);
    if (name === undefined || transport === undefined || layout === undefined) return [];
    return [{ name, path, constants, transport, layout, inspect, settings }];
  });
}

/** Of an entry with a mistake in one place, what can be told of the others. */
function checkParts(value: unknown, path: KeyPath, problems: Problems, adapters: AdapterChoice[]): void {
  if (typeof value !== "object" || value === null) return;
  const given = value as Record<string, unknown>;
  const { shape } = sourceSchema;
  const transport = shape.transport.safeParse(given["transport"]).data;
  const layout = shape.layout.safeParse(given["layout"]).data;
  const select = shape.select.safeParse(given["select"]).data;
  const expect = shape.expect.safeParse(given["expect"]).data;
  const start = shape.start.safeParse(given["start"]).data;
  const end = shape.end.safeParse(given["end"]).data;
  if (start && end) checkRange({ start, end }, path, problems);
  for (const constants of combinations(shape.each.safeParse(given["each"]).data ?? {})) {
    const choice =
      transport &&
      checkAdapter("transport", substitute(transport, constants), [...path, "transport"], problems);
    if (choice) adapters.push(choice);
    if (layout) checkLayout({ layout, select, expect }, constants, path, problems);
  }
}

export function inspectorChoices(
  names: readonly string[] | undefined,
  path: KeyPath,
  problems: Problems,
): AdapterChoice[] {
  return (names ?? []).map((use, i) => {
    const meant = use === "bufr" ? undefined : nearest(use, ["bufr"]);
    if (meant !== undefined)
      problems.add([...path, i], `there is no inspector \`${use}\`; did you mean \`${meant}\`?`);
    return { kind: "inspector", use, options: {}, path: [...path, i] };
  });
}

function checkRange(
  { start, end }: Pick<SourceConfig, "start" | "end">,
  path: KeyPath,
  problems: Problems,
): void {
  if (end !== undefined && end <= start) problems.add([...path, "end"], "must be later than `start`");
}

function checkLayout(
  { layout, select, expect }: Pick<SourceConfig, "layout" | "select" | "expect">,
  constants: Constants,
  path: KeyPath,
  problems: Problems,
): CheckedSource["layout"] | undefined {
  const at = [...path, "layout"];
  const checkSelected = (made: PathLayout & { readonly attributes: readonly string[] }) => {
    const selected = () => select && checkSelect(select as SelectSpec, made.attributes);
    attempt([...path, "select"], problems, selected);
    attempt([...path, "expect"], problems, () => expect && expectation(expectOf(expect), made), "expect");
  };
  if (typeof layout === "string" || "template" in layout) {
    const choice = templateChoice(layout, at, problems);
    if (choice === undefined) return undefined;
    const { text, options } = choice;
    const make = () => boundTemplate(text, constants, options);
    const made = attempt(at, problems, make, `layout "${text}"`);
    if (made === undefined) return undefined;
    checkSelected(made);
    return choice;
  }
  const { use, ...options } = substitute(layout, constants);
  if (use !== "flat") return { kind: "layout", use, options, path: at };
  const checked = problems.check(flatLayoutOptions, options, at);
  const made = checked && attempt(at, problems, () => flat(checked.directory, checked.pattern));
  if (checked === undefined || made === undefined) return undefined;
  checkSelected(made);
  return { kind: "layout", use, options: checked, path: at };
}

function templateChoice(
  layout: string | Readonly<Record<string, unknown>>,
  at: KeyPath,
  problems: Problems,
): TemplateChoice | undefined {
  if (typeof layout === "string") return { kind: "template", text: layout };
  const checked = problems.check(templateLayoutOptions, layout, at);
  if (checked === undefined) return undefined;
  const { template: text, zone, day_starts: dayStart, tolerance } = checked;
  return { kind: "template", text, options: { zone, dayStart, tolerance } };
}

/** Notes a `DaybookError`; what its detail begins with is left out where the key says it already. */
function attempt<T>(path: KeyPath, problems: Problems, make: () => T, said = "select"): T | undefined {
  try {
    return make();
  } catch (error) {
    const { detail } = asDaybookError(error, "config");
    const message = detail.startsWith(said) ? detail.slice(said.length).replace(/^[:,] /, "") : detail;
    problems.add(path, message);
    return undefined;
  }
}

/** A source's name is a folder's: letters of any script, digits, and . _ - + within one path segment. */
const SAFE_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._+-]{0,99}$/u;

function checkName(
  name: string,
  constants: Constants,
  path: KeyPath,
  problems: Problems,
): string | undefined {
  const unknown = /\{([^{}]*)\}/.exec(name)?.[1];
  if (unknown !== undefined) {
    problems.add(path, `\`each\` has no \`${unknown}\`${suggestion(unknown, Object.keys(constants))}`);
    return undefined;
  }
  if (SAFE_NAME.test(name) && !name.endsWith(".")) return name;
  problems.add(
    path,
    `${JSON.stringify(name)} can't be a folder's name: use letters, digits, and . _ - + after the first`,
  );
  return undefined;
}
