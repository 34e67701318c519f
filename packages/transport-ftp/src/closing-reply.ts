import { wordsOf } from "./reply-words.js";

/** What the reply at a listing's end says of it. */
export interface ClosingWords {
  /** The directory could not be opened, or isn't there. */
  readonly refused?: "refused" | "missing";
  /** Something went wrong on the way. */
  readonly failed: boolean;
  /** Not all was shown. */
  readonly cut: boolean;
  /** How many names it shows, "." and ".." perhaps among them. */
  readonly count?: number;
}

/** Parts that tell of an account and not of the listing: quotas, credits, ratios, sections, free space, options. */
const OF_ACCOUNT = /\b(?:quotas?|credits?|ratio|section|disk|space|free|allowed|options?|speed|bytes left)\b/;
const MISSING = /\bno such\b|\bnot found\b|\bdoes(?: not|n't) exist\b/;
const REFUSED =
  /\b(?:failed|unable) to (?:open|read|list)\b|\b(?:could not|couldn't|cannot|can't) (?:open|read|list)\b|\bpermission denied\b|\baccess (?:is )?denied\b|\bnot permitted\b/;
const FAILED = /\b(?:with errors?|error reading|read error|i\/o error|aborted|failed|failure)\b/;
const CUT =
  /\btruncated\b|\bcut off\b|\blimited to\b|\b(?:output|listing|list|display|results?) (?:is |was )?limited\b|\blimit (?:is |was |has been )?(?:reached|exceeded|hit)\b|\bonly (?:the )?first\b|\bfirst \d{1,9} (?:of|entries|files|names)\b|\btoo many (?:files|entries|matches|names|objects|items)\b|\bnot all (?:files|entries)\b|\bmore (?:files|entries) (?:exist|not shown|available)\b|\bincomplete\b|\bpartial\b/;
const MATCHES = /(?<!\d)(\d{1,9}) match(?:es)?\b/;
const COUNTED =
  /(?<!\d)(\d{1,9}) (?:files?|entries|entry|items?|objects?|names?|lines?) (?:listed|found|shown|displayed|sent|returned|total|in total|in (?:this |the )?(?:directory|folder|listing))\b|\b(?:listed|found|showing|displayed|sent|returned|total|total of|total:) (\d{1,9}) (?:files?|entries|entry|items?|objects?|names?|lines?)\b/;

export function closingWords(reply: string, directory: string): ClosingWords {
  const said = wordsOf(reply, directory)
    .split(/[\n[\]]/)
    .filter((part) => !OF_ACCOUNT.test(part))
    .join("\n");
  const stated = MATCHES.exec(said)?.[1] ?? COUNTED.exec(said)?.slice(1).find(Boolean);
  return {
    refused: MISSING.test(said) ? "missing" : REFUSED.test(said) ? "refused" : undefined,
    failed: FAILED.test(said),
    cut: CUT.test(said),
    count: stated === undefined ? undefined : Number(stated),
  };
}
