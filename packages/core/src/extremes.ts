/** The smallest of any number of numbers; Infinity where there are none. `Math.min(...)` can't take a hundred thousand. */
export function smallest(values: Iterable<number>): number {
  let found = Infinity;
  for (const value of values) found = Math.min(found, value);
  return found;
}

/** The largest of any number of numbers; -Infinity where there are none. */
export function largest(values: Iterable<number>): number {
  let found = -Infinity;
  for (const value of values) found = Math.max(found, value);
  return found;
}
