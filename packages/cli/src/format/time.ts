/** UTC, ISO 8601, no finer than it needs to be: 2025-01-01T18:00Z, 2025-01-01T18:30:20Z. */
export function formatInstant(date: Date): string {
  return date.toISOString().replace(/(:00)?\.000Z$/, "Z");
}

/** An ISO 8601 interval; one without end is open. */
export function formatRange(range: { readonly start: Date; readonly end?: Date }): string {
  return `${formatInstant(range.start)}/${range.end === undefined ? ".." : formatInstant(range.end)}`;
}

/** To the second, without the date where it is today's: 18:31:00Z, 2025-01-02T00:00:05Z. */
export function formatSoon(date: Date, now: Date): string {
  const [day, time] = date
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .split("T");
  return now.toISOString().startsWith(day!) ? time! : `${day}T${time}`;
}
