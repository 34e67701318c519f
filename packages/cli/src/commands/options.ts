import { asDaybookError, parseInstant } from "@daybook/core";
import type { Scope } from "@daybook/core";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";

export interface GlobalOptions {
  readonly config: string;
}

export interface ScopeOptions {
  readonly source?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
}

export function withSource(command: Command): Command {
  return command.addOption(
    new Option("-s, --source <name>", "only this source; may be given several times").argParser(several),
  );
}

/** An option that may be given several times. */
export function several(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** --source, --from and --to. */
export function withScope(command: Command): Command {
  return withSource(command)
    .option("--from <instant>", "only from then on, such as 2025-01-01T00:00:00Z", instant)
    .option("--to <instant>", "only until then, exclusive", instant);
}

export function scopeOf({ source, from, to }: ScopeOptions): Scope {
  const range = from === undefined && to === undefined ? undefined : { start: from, end: to };
  return { ...(source && { sources: source }), ...(range && { range }) };
}

export function withJson(command: Command, what: string): Command {
  return command.option("--json", what);
}

export function instant(text: string): Date {
  try {
    return parseInstant(text, "");
  } catch (error) {
    throw new InvalidArgumentError(asDaybookError(error, "config").detail.trim());
  }
}

export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It must be a whole number above 0.");
  return Number(text);
}
