import { DaybookError } from "@daybook/core";

// The door that every number, name, time and text of a server passes. What is past a bound is one entry that can't be
// read, or one request that failed: never an exception that reaches further.

/** The longest reply that is taken, its type and id included; OpenSSH's own limit. */
export const LONGEST_REPLY = 256 * 1024;
/** The draft allows 256 bytes; some servers give a little more. */
const LONGEST_HANDLE = 1024;
/** No file system has longer names. */
const LONGEST_NAME = 4096;
/** What is kept of a server's words. */
const LONGEST_TEXT = 500;
/** Bytes that one read may ask for: every server must give 32 kB, OpenSSH's gives 255 kB at most. */
const READ = { least: 4 * 1024, safe: 32 * 1024, most: 255 * 1024 };
/** Requests under way for one file at most, however little each may ask for. */
export const MOST_READS = 64;
/** The last years that 32 bits tell are those of before 1970 in servers that count below 0; all ones is "unknown". */
const LATEST_TIME = 0xf0000000;

/** What one listing may bring before it counts as endless. */
export interface ListingBounds {
  readonly entries: number;
  /** Of the replies that carry them. */
  readonly bytes: number;
}

export const LISTING_BOUNDS: ListingBounds = { entries: 2_000_000, bytes: 256 * 1024 * 1024 };

/** Why a size can't be believed; undefined where it can. */
export function oddSize(size: number | bigint | undefined): string | undefined {
  if (size === undefined || (typeof size === "number" && Number.isSafeInteger(size) && size >= 0)) {
    return undefined;
  }
  return `a size of ${size} bytes`;
}

/** The time that so many seconds since 1970 are; undefined where the server doesn't know it. */
export function timeOf(seconds: number | undefined): Date | undefined {
  if (seconds === undefined || !(seconds >= 0 && seconds < LATEST_TIME)) return undefined;
  return new Date(seconds * 1000);
}

/** Why a name can't be a file's; undefined where it can. What it holds is core's to judge. */
export function oddName(name: string): string | undefined {
  if (name === "") return "an empty name";
  return name.length > LONGEST_NAME ? `a name of ${name.length} characters` : undefined;
}

/** A server's words, cut before anything is looked for in them. */
export function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
}

/** Bytes to ask for at once, whatever the server says that it gives; undefined or 0 where it doesn't say. */
export function readSize(said: number | undefined): number {
  return said ? Math.min(READ.most, Math.max(READ.least, said)) : READ.safe;
}

export function checkHandle(handle: Buffer): Buffer {
  if (handle.length <= LONGEST_HANDLE) return handle;
  throw malformed(`it holds a handle of ${handle.length} bytes`);
}

export function malformed(detail: string): DaybookError {
  return new DaybookError("protocol", `the server sent a reply that can't be read: ${detail}`);
}
