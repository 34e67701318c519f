import { StringDecoder } from "node:string_decoder";
import type { RemoteEntry } from "@daybook/core";
import { parseList } from "basic-ftp";
import { parseListedTime } from "./list-times.js";
import type { ListedTime } from "./list-times.js";

export type ListingStyle = "mlsd" | "list";

export interface ListedEntry extends RemoteEntry {
  /** LIST only: to be made UTC. */
  readonly listed?: ListedTime;
}

export interface ParsedListing {
  readonly entries: ListedEntry[];
  /** Lines that named something, "." and ".." included. */
  readonly names: number;
  /** Whether it showed "." and "..", as a listing of a directory with all its files does. */
  readonly itself: boolean;
  readonly unreadable: string[];
}

/** Reads a listing as it arrives, so that a huge one neither waits in memory as text nor stops everything else. */
export class ListingParser {
  readonly #style: ListingStyle;
  readonly #now: Date;
  readonly #decoder = new StringDecoder("utf8");
  readonly #entries: ListedEntry[] = [];
  readonly #unreadable: string[] = [];
  #names = 0;
  #rest = "";

  constructor(style: ListingStyle, now: Date) {
    this.#style = style;
    this.#now = now;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  end(): ParsedListing {
    this.#line(this.#rest + this.#decoder.end());
    this.#rest = "";
    const itself = this.#names - this.#entries.length >= 2;
    return { entries: this.#entries, names: this.#names, itself, unreadable: this.#unreadable };
  }

  #line(raw: string): void {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line.trim() === "") return;
    if (this.#style === "list" && /^total\s+\d+\s*$/i.test(line)) return;
    const entry = this.#style === "mlsd" ? parseMlsdLine(line) : parseListLine(line, this.#now);
    if (entry === undefined || line.includes("\ufffd")) {
      // A name that isn't UTF-8 couldn't be asked for.
      this.#unreadable.push(line);
      return;
    }
    this.#names++;
    if (entry !== "itself") this.#entries.push(entry);
  }
}

/** RFC 3659 section 7: "type=file;size=12;modify=20250101183020; name". */
export function parseMlsdLine(line: string): ListedEntry | "itself" | undefined {
  const space = line.indexOf(" ");
  const name = line.slice(space + 1);
  if (space < 1 || name === "") return undefined;
  const facts = new Map<string, string>();
  for (const fact of line.slice(0, space).split(";")) {
    const equals = fact.indexOf("=");
    if (equals > 0) facts.set(fact.slice(0, equals).toLowerCase(), fact.slice(equals + 1));
  }
  const type = facts.get("type")?.toLowerCase();
  if (type === undefined) return undefined;
  if (type === "cdir" || type === "pdir" || name === "." || name === "..") return "itself";
  return {
    name,
    type: type === "file" ? "file" : type === "dir" ? "directory" : "other",
    size: type === "file" ? byteCount(facts.get("size")) : undefined,
    modifiedAt: mlsdTime(facts.get("modify")),
  };
}

/** RFC 3659 section 2.3: YYYYMMDDHHMMSS[.sss], UTC. */
export function mlsdTime(text: string | undefined): Date | undefined {
  const [, year, month, day, hour, minute, second, fraction] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?$/.exec(text ?? "") ?? [];
  if (year === undefined) return undefined;
  const [m, d] = [Number(month), Number(day)];
  const whole = Date.UTC(+year, m - 1, d, Number(hour), Number(minute), Number(second));
  const valid = m >= 1 && m <= 12 && d >= 1 && d <= 31 && Number(hour) < 24 && Number(minute) < 60;
  return valid ? new Date(whole + Math.floor(Number(fraction ?? 0) * 1000)) : undefined;
}

/** A line as `ls -l` or DOS would print it. */
export function parseListLine(line: string, now: Date): ListedEntry | "itself" | undefined {
  // It takes a line that begins with a blank for a name without facts.
  if (/^\s/.test(line)) return undefined;
  let info;
  try {
    [info] = parseList(line);
  } catch {
    return undefined;
  }
  if (info === undefined) return /\s\.\.?$/.test(line) ? "itself" : undefined;
  const listed = parseListedTime(info.rawModifiedAt, now);
  const dos = /^\d/.test(line);
  if (info.name === "" || info.rawModifiedAt === "" || (dos && listed === undefined)) return undefined;
  const device = /^[bc]/.test(line);
  const type = info.isDirectory ? "directory" : info.isFile && !device ? "file" : "other";
  return { name: info.name, type, size: type === "file" ? byteCount(String(info.size)) : undefined, listed };
}

function byteCount(text: string | undefined): number | undefined {
  const count = text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}

// Sizes at which servers are known to cut: 1000, 2000, 9998 (10000 with "." and "..") and 10000 were reported.
const CAPS = new Set([1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]);

/**
 * Whether a listing is whole. "cut-off": the server says so, or tells of more names than came. "suspicious": there are
 * as many as a server's cap would let through, the server doesn't state the number, and has not shown more elsewhere
 * (`longest`, in lines).
 */
export function wholeness(
  { entries, names, unreadable }: ParsedListing,
  reply: string,
  longest: number,
): "whole" | "cut-off" | "suspicious" {
  if (/truncat|cut off|limited|limit (was )?(reached|exceeded)|only the first|too many/i.test(reply))
    return "cut-off";
  const stated = /(?<!\d)(\d{1,15})\s{1,8}(?:match|entr|file|item|object|line)/i.exec(reply)?.[1];
  const lines = names + unreadable.length;
  if (stated !== undefined && Number(stated) > lines) return "cut-off";
  const files = entries.length + unreadable.length;
  if (longest > lines || (stated !== undefined && [lines, files].includes(Number(stated)))) return "whole";
  return CAPS.has(files) || CAPS.has(files + 2) || CAPS.has(lines) ? "suspicious" : "whole";
}

/** The names of NLST, which some servers give with the path before them. */
export function namesOf(text: Buffer): string[] {
  const lines = text.toString("utf8").split(/\r?\n/);
  return lines
    .map((line) => line.slice(line.lastIndexOf("/") + 1))
    .filter((name) => !["", ".", ".."].includes(name));
}
