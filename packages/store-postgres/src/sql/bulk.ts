/** A column that rows are written to: its name, its type, and where its value comes from. */
export type Column<Row> = readonly [name: string, type: string, value: (row: Row) => unknown];

/**
 * Rows a statement: fewer cost round trips, more cost memory on both sides, and a server plans worse for them.
 */
export const ROWS_PER_STATEMENT = 2_000;

export function* chunks<T>(items: readonly T[], size = ROWS_PER_STATEMENT): Iterable<readonly T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size);
}

export const names = (columns: readonly Column<never>[]): string => columns.map(([name]) => name).join(", ");

/** `unnest($1::bigint[], …) AS alias(directory_id, …)`: the rows as a table. */
export function asTable(columns: readonly Column<never>[], alias: string): string {
  const arrays = columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(", ");
  return `unnest(${arrays}) AS ${alias}(${names(columns)})`;
}

/** The values that go with `asTable`: an array per column. */
export const arrays = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): unknown[][] =>
  columns.map(([, , value]) => rows.map((row) => value(row) ?? null));
