import type { ListingEvidence } from "./listing/evidence.js";
import type { NameCodec } from "./name-codec.js";

// Sizes at which servers are known to cut: 1000, 2000, 9998 (10000 with "." and "..") and 10000 were reported.
const CAPS = new Set([1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]);

/**
 * Whether a listing is whole. "cut-off": the server says so, or tells of more names than came. "suspicious": there are
 * as many as a server's cap would let through, the server doesn't state the number, and has not shown more elsewhere
 * (`longest`, in lines).
 */
export function wholeness(
  { entries, unreadable, unfinished, showsSelf, showsParent }: ListingEvidence,
  reply: string,
  longest: number,
): "whole" | "cut-off" | "suspicious" {
  if (/truncat|cut off|limited|limit (was )?(reached|exceeded)|only the first|too many/i.test(reply))
    return "cut-off";
  const stated = /(?<!\d)(\d{1,15})\s{1,8}(?:match|entr|file|item|object|line)/i.exec(reply)?.[1];
  const files = entries + unreadable + Number(unfinished?.entry !== undefined);
  const lines = files + Number(showsSelf) + Number(showsParent);
  if (stated !== undefined && Number(stated) > lines) return "cut-off";
  if (longest > lines || (stated !== undefined && [lines, files].includes(Number(stated)))) return "whole";
  return CAPS.has(files) || CAPS.has(files + 2) || CAPS.has(lines) ? "suspicious" : "whole";
}

/** The names of NLST, which some servers give with the path before them. */
export function namesOf(text: Buffer, codec: NameCodec): string[] {
  const lines = text.toString("latin1").split(/\r?\n/);
  return lines
    .map((line) => codec.decode(Buffer.from(line.slice(line.lastIndexOf("/") + 1), "latin1")))
    .filter((name) => !["", ".", ".."].includes(name));
}
