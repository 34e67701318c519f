import { isDaybookError } from "../errors/daybook-error.js";
import { writeDate } from "../layout/date-token.js";
import type { PathLayout } from "../layout/path-layout.js";
import { scanTemplate, type Segment, type Token } from "../layout/template-scan.js";
import type { Destination } from "./destination.js";

/** A source, and where its files land. */
export interface Tenant {
  readonly name: string;
  readonly layout: PathLayout & {
    readonly text?: string;
    readonly constants?: Readonly<Record<string, string>>;
  };
  readonly destination: Pick<Destination, "locate" | "origin">;
}

/** Two files of which a path may say one thing each. */
interface Said {
  readonly source: string;
  readonly name: string;
  readonly at: Date;
  readonly attributes: Readonly<Record<string, string>>;
}

const AT = new Date("2025-03-05T07:08:09Z");
/** The same moment, but for one thing. */
const OTHER_TIMES: readonly (readonly [string, Date])[] = [
  ["the year", new Date("2026-03-05T07:08:09Z")],
  ["the month", new Date("2025-04-05T07:08:09Z")],
  ["the day", new Date("2025-03-06T07:08:09Z")],
  ["the hour", new Date("2025-03-05T08:08:09Z")],
  ["the minute", new Date("2025-03-05T07:09:09Z")],
  ["the second", new Date("2025-03-05T07:08:10Z")],
];

/**
 * Why files that are not the same may get the same local place: sources that share a destination whose places don't tell
 * them apart, or paths of one source that differ in what its places don't say. Which names there are isn't known: it is a
 * warning. Of layouts that aren't templates nothing is said.
 */
export function sharedPlaces(
  tenants: readonly Tenant[],
): { readonly source: string; readonly detail: string }[] {
  const found: { source: string; detail: string }[] = [];
  const others = new Map<Tenant["destination"], Map<string, string>>();
  for (const tenant of tenants) {
    const { name: source, destination, layout } = tenant;
    const tokens = tokensOf(layout);
    const base = tokens && said(tenant, tokens);
    const place = base && placeOf(tenant, base);
    if (base === undefined || place === undefined) continue;
    if (destination.origin(place, source, layout.root ?? "/") === pathOf(layout, base.name)) continue;
    const lacking = lackingIn(tenant, tokens!, base, place);
    if (lacking.length > 0)
      found.push({
        source,
        detail: `the destination's layout doesn't tell all of its files apart: add ${lacking.join(", ")}, or {name} where the file's name says it`,
      });
    const same = others.get(destination) ?? new Map<string, string>();
    others.set(destination, same);
    const anonymous = placeOf(tenant, { ...base, source: `${source}-` });
    if (anonymous !== place) continue;
    const other = same.get(place);
    if (other === undefined) same.set(place, source);
    else
      found.push({
        source,
        detail: `its files and those of ${other} may have the same local place: add {source} to the destination's layout`,
      });
  }
  return found;
}

/** What a remote path says, and neither the place nor the name in it does. */
function lackingIn(tenant: Tenant, segments: readonly Segment[], base: Said, place: string): string[] {
  const named = placeOf(tenant, { ...base, name: `${base.name}-` }) !== place;
  const all = segments.flat();
  const inName = named ? segments.at(-1)! : [];
  const { constants = {} } = tenant.layout;
  const lacking: string[] = [];
  for (const { name } of all.filter((token) => token.kind === "attribute")) {
    if (Object.hasOwn(constants, name) || inName.some((one) => one.kind === "attribute" && one.name === name))
      continue;
    const attributes = { ...base.attributes, [name]: "b" };
    if (placeOf(tenant, { ...base, attributes }) === place && !lacking.includes(`{${name}}`))
      lacking.push(`{${name}}`);
  }
  for (const [unit, at] of OTHER_TIMES) {
    const tells = (token: Token) => token.kind === "date" && writeDate(token, at) !== writeDate(token, AT);
    if (all.some(tells) && !inName.some(tells) && placeOf(tenant, { ...base, at }) === place)
      lacking.push(unit);
  }
  return lacking;
}

function tokensOf({ text }: Tenant["layout"]): readonly Segment[] | undefined {
  return text === undefined ? undefined : scanTemplate(text);
}

function said({ name: source, layout }: Tenant, segments: readonly Segment[]): Said {
  const { constants = {} } = layout;
  const attributes: Record<string, string> = { ...constants };
  for (const token of segments.flat()) if (token.kind === "attribute") attributes[token.name] ??= "a";
  const write = (token: Token): string => {
    if (token.kind === "literal") return token.text;
    if (token.kind === "date") return writeDate(token, AT) ?? "";
    return token.kind === "attribute" ? attributes[token.name]! : "a";
  };
  return { source, name: segments.at(-1)!.map(write).join(""), at: AT, attributes };
}

function pathOf({ root = "/" }: PathLayout, name: string): string {
  return `${root === "/" ? "" : root}/a/${name}`;
}

/** Undefined where it has none. */
function placeOf(
  { destination, layout }: Tenant,
  { source, name, at, attributes }: Said,
): string | undefined {
  try {
    return destination.locate({
      source,
      path: pathOf(layout, name),
      root: layout.root ?? "/",
      observation: { observedAt: at, attributes },
    });
  } catch (error) {
    if (isDaybookError(error, "config")) return undefined;
    throw error;
  }
}
