import type { PathLayout, StateStore } from "@daybook/core";

export function yearLayout(radar: string): PathLayout;

/** What became of the n-th hour of a source. */
export type Fate = (
  source: string,
  n: number,
) => "complete" | "missing" | "failed" | "damaged" | "incomplete" | "fetching";

export function fillYear(
  store: StateStore,
  radars: readonly string[],
  range: { start: Date; end: Date },
  selectionOf?: (source: string) => string | undefined,
  fate?: Fate,
): Promise<void>;
