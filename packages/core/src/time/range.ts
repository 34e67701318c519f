/** A stretch of time, half-open: `start` is in it, `end` is not. Without `end` it goes on for ever. UTC. */
export interface TimeRange {
  readonly start: Date;
  readonly end?: Date;
}

export function contains(range: TimeRange, time: Date): boolean {
  return time >= range.start && (range.end === undefined || time < range.end);
}

/** Whether two half-open ranges share any instant. */
export function overlaps(a: TimeRange, b: TimeRange): boolean {
  return (b.end === undefined || a.start < b.end) && (a.end === undefined || b.start < a.end);
}
