import { createHash } from "node:crypto";
import { DaybookError } from "../errors/daybook-error.js";
import { expectation } from "../expect/expectation.js";
import type { PathLayout } from "../layout/path-layout.js";
import { DEFAULT_POLICY } from "../plan/default-policy.js";
import type { SourcePolicy } from "../plan/policy.js";
import { parseInstant } from "../time/parse-instant.js";
import type { TimeRange } from "../time/range.js";
import type { RateLimit } from "../transport/rate-limit.js";
import { unsafeName } from "../transport/safe-name.js";
import type { Scope, SourceOptions } from "./daybook.js";
import type { Plugin } from "./tokens.js";

/** A source as it was asked for, checked. */
export interface SourceDefinition {
  readonly name: string;
  readonly layout: PathLayout;
  readonly range: TimeRange;
  readonly policy: SourcePolicy;
  readonly plugins: readonly Plugin[];
  readonly limit?: RateLimit;
}

/** Throws kind "config" where two sources could be taken for each other, or one is wrong in itself. */
export function defineSources(all: readonly SourceOptions[]): SourceDefinition[] {
  const names = new Map<string, string>();
  return all.map((options) => {
    const folded = options.name.toLowerCase();
    const other = names.get(folded);
    if (other !== undefined)
      throw new DaybookError(
        "config",
        `two sources are named ${other} and ${options.name}: they would share a folder`,
      );
    names.set(folded, options.name);
    return defineSource(options);
  });
}

function defineSource(options: SourceOptions): SourceDefinition {
  const { name, layout, plugins, limit } = options;
  const refuse = (why: string) => new DaybookError("config", why, { source: name });
  const reason = name.startsWith(".") ? "a name that begins with a dot" : unsafeName(name);
  if (reason) throw refuse(`${reason} can't name a source: its files are kept in a folder of that name`);
  const start = parseInstant(options.start, "start");
  const end = options.end === undefined ? undefined : parseInstant(options.end, "end");
  if (end !== undefined && end <= start) throw refuse("its end is not after its start");
  const policy = Object.fromEntries(
    Object.entries({ ...DEFAULT_POLICY, selection: selectionOf(options) }).map(([key, value]) => [
      key,
      options[key as keyof SourcePolicy] ?? value,
    ]),
  ) as unknown as SourcePolicy;
  for (const key of ["poll", "grace", "lookback", "retryDelay", "maxRetryDelay"] as const)
    if (!(policy[key] >= 0 && Number.isFinite(policy[key]))) throw refuse(`${key} must be 0 ms or more`);
  if (!(policy.keep > 0)) throw refuse("keep must be more than 0 ms");
  if (policy.poll < 1) throw refuse("poll must be at least 1 ms");
  if (!(Number.isInteger(policy.maxAttempts) && policy.maxAttempts > 0))
    throw refuse("maxAttempts must be 1 or more");
  const expect = options.expect && expectation(options.expect, layout);
  return { name, layout, range: { start, end }, policy: { ...policy, expect }, plugins, limit };
}

/** A digest of what the options look for. A function of the user's own is known by its source text only. */
function selectionOf({ layout, select }: SourceOptions): string {
  const spec = select && "spec" in select ? select.spec : String(select);
  return createHash("sha256")
    .update(JSON.stringify([layout.key, spec]))
    .digest("hex")
    .slice(0, 12);
}

/** The sources a scope names, each with its range narrowed to the scope's. */
export function narrow(all: readonly SourceDefinition[], scope: Scope): SourceDefinition[] {
  for (const name of scope.sources ?? [])
    if (!all.some((source) => source.name === name))
      throw new DaybookError(
        "config",
        `there is no source ${name}: there are ${all.map((s) => s.name).join(", ")}`,
      );
  const chosen = scope.sources ? all.filter(({ name }) => scope.sources!.includes(name)) : all;
  const narrowed = chosen.flatMap((source) => {
    const start = later(source.range.start, scope.range?.start);
    const end = earlier(source.range.end, scope.range?.end);
    return end !== undefined && end <= start ? [] : [{ ...source, range: { start, end } }];
  });
  if (chosen.length > 0 && narrowed.length === 0)
    throw new DaybookError("config", "the time asked for is outside the range of every source");
  return narrowed;
}

function later(a: Date, b: Date | undefined): Date {
  return b !== undefined && b > a ? b : a;
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
