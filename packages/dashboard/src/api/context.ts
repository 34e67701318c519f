import type { Daybook } from "@daybook/core";
import type { LiveState } from "../live/live-state.js";
import type { Calendar } from "../overview/calendar.js";
import type { Overviews } from "../overview/overview.js";
import { notFound } from "../server/problem.js";

/** What the routes answer from. */
export interface ApiContext {
  readonly daybook: Daybook;
  readonly live: LiveState;
  readonly calendar: Calendar;
  readonly overviews: Overviews;
  readonly writable: boolean;
}

/** A source's name, or a 404. */
export function knownSource({ daybook }: Pick<ApiContext, "daybook">, name: string): string {
  if (daybook.sources().some((source) => source.name === name)) return name;
  throw notFound(`there is no source ${JSON.stringify(name)}`);
}

export function knownSources(
  context: Pick<ApiContext, "daybook">,
  names: readonly string[],
): string[] | undefined {
  return names.length === 0 ? undefined : names.map((name) => knownSource(context, name));
}
