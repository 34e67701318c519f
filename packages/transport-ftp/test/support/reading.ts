import { ListingReader } from "../../src/listing/listing-reader.js";
import type { ListingReaderOptions } from "../../src/listing/listing-reader.js";
import type { ListedEntry } from "../../src/listing/listed-entry.js";
import type { ListingEvidence } from "../../src/listing/evidence.js";

export const NOW = new Date("2025-06-15T12:00:00Z");

export interface Read {
  readonly entries: ListedEntry[];
  readonly evidence: ListingEvidence;
}

/** What is read of a text that comes in pieces of so many bytes. */
export function read(
  text: string | Buffer,
  { piece = 65536, ...options }: Partial<ListingReaderOptions> & { piece?: number } = {},
): Read {
  const reader = new ListingReader({ style: "list", directory: "/L/2025/01/15/18", now: NOW, ...options });
  const bytes = Buffer.from(text);
  const entries: ListedEntry[] = [];
  for (let at = 0; at < bytes.length && !reader.full; at += piece) {
    for (const entry of reader.push(bytes.subarray(at, at + piece))) entries.push(entry);
  }
  return { entries, evidence: reader.end() };
}

/** Times as the corpus writes them. */
export function timeOf({ modifiedAt, listed }: ListedEntry): string {
  if (modifiedAt !== undefined) return modifiedAt.toISOString();
  if (listed === undefined) return "";
  return new Date(listed.ms).toISOString().slice(0, { day: 10, minute: 16, second: 19 }[listed.precision]);
}
