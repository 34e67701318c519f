import { closingWords } from "./closing-reply.js";
import type { ListingEvidence } from "./listing/evidence.js";

/**
 * What a listing is. "doubtful": it contradicts itself or what is known; it is asked for in another way. "cut-off": it is
 * what the server gives, and not all. "round": as many names as a server's cap would let through, and nothing else.
 */
export type Verdict =
  | { readonly is: "entries" | "empty" | "round" }
  | { readonly is: "missing" | "refused"; readonly reason: string }
  | { readonly is: "cut-off"; readonly reason: string }
  /** `cut`: it breaks off in the middle of something. */
  | { readonly is: "doubtful"; readonly reason: string; readonly cut?: true };

export interface VerdictOptions {
  readonly directory: string;
  /** Lines of the longest listing that this server has shown so far. */
  readonly longest: number;
  /** It is the same as that of another directory, or the server's own: why it may be. */
  readonly echo?: string;
  /** The server is known never to cut listings. */
  readonly trusted?: boolean;
  /** The name in the unfinished last line was asked for, and is there. */
  readonly lastIsThere?: boolean;
}

// Sizes at which servers are known to cut: 1000, 2000, 9998 (10000 with "." and "..") and 10000 were reported.
const CAPS = new Set([1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]);
/** No cap is above it. */
export const HIGHEST_CAP = 100_000;

/** The one place that tells entries, empty, missing, refused, cut off and doubtful apart. */
export function verdictOf(evidence: ListingEvidence, reply: string, options: VerdictOptions): Verdict {
  const { entries, unreadable, unfinished, showsSelf, showsParent, message } = evidence;
  const files = entries + unreadable + (unfinished?.entry === undefined ? 0 : 1);
  const lines = files + (showsSelf ? 1 : 0) + (showsParent ? 1 : 0);
  const said = closingWords(reply, options.directory);
  const nothing = entries === 0 && unfinished?.entry === undefined;
  const own = message === undefined || message.meaning === "nothing" ? 0 : 1;
  // Beside what it says, and where something else can't be read, that may be what was meant.
  const silent = nothing && !showsSelf && unfinished === undefined && unreadable <= own;

  if (said.refused !== undefined) {
    const speaks = said.refused === "missing" ? silent : nothing;
    return speaks ? { is: said.refused, reason: reply } : doubtful(`it ended with "${reply}"`);
  }
  if (evidence.limit !== undefined)
    return {
      is: "cut-off",
      reason: `it is longer than can be read: the limit of ${evidence.limit} was reached`,
    };
  if (said.cut) return { is: "cut-off", reason: `the server cut it off: it said "${reply}"` };
  if (said.count !== undefined && said.count > lines)
    return { is: "cut-off", reason: `the server tells of ${said.count} names, and ${lines} came` };
  if (silent && (message?.meaning === "missing" || message?.meaning === "refused"))
    return { is: message.meaning, reason: message.text };
  if (said.failed) return doubtful(`it ended with "${reply}"`);
  if (unfinished !== undefined && !options.lastIsThere)
    return { is: "doubtful", reason: `it ends in the middle of a line: ${unfinished.line}`, cut: true };
  if (evidence.namesElsewhere > 0 || (evidence.elsewhere.length > 0 && !showsSelf))
    return doubtful(`it is of another folder: ${evidence.elsewhere.join(", ")}`);
  if (options.echo !== undefined) return doubtful(options.echo);
  if (nothing && message?.meaning === "nothing") return { is: "empty" };
  if (nothing && message?.meaning === "failed") return doubtful(`it says "${message.text}"`);
  if (nothing && unreadable > 0) return doubtful(`none of its lines could be read`);
  if (nothing) return { is: "empty" };

  const exact = said.count !== undefined && (said.count === lines || said.count === files);
  const round = CAPS.has(files) || CAPS.has(files + 2) || CAPS.has(lines);
  return { is: round && !exact && !options.trusted && options.longest <= lines ? "round" : "entries" };
}

function doubtful(reason: string): Verdict {
  return { is: "doubtful", reason };
}
