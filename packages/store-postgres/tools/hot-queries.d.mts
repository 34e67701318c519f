export interface HotQuery {
  readonly title: string;
  readonly rows: number;
  readonly sql: string;
  /** As EXPLAIN (ANALYZE, BUFFERS) shows it. */
  readonly plan: string;
  /** Every node of the plan with its table and index: "Index Scan files files_by_time". */
  readonly nodes: string[];
}

export function scatteredPaths(files: number, source?: string, count?: number): string[];
export function neighbouringPaths(files: number, source?: string, count?: number): string[];
export function hotQueries(connectionString: string, schema: string, files: number): Promise<HotQuery[]>;
