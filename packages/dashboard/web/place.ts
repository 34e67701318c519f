/** What is open beside the page: a day, an hour in it, or a file in that. */
export interface Place {
  readonly source: string;
  /** 2025-01-31 */
  readonly date: string;
  /** The hour's directory. */
  readonly slot?: string;
  readonly path?: string;
}

export function writeHash(place: Place): string {
  const given = Object.entries(place).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `#${new URLSearchParams(given)}`;
}

export function readHash(): Place | undefined {
  const found = new URLSearchParams(location.hash.slice(1));
  const [source, date] = [found.get("source"), found.get("date")];
  if (source === null || date === null || !/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  return { source, date, slot: found.get("slot") ?? undefined, path: found.get("path") ?? undefined };
}
