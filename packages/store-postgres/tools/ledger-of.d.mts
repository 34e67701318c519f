import type { Pool } from "pg";

export const SOURCES: readonly string[];
export function fillLedger(pool: Pool, schema: string, files: number): Promise<void>;
