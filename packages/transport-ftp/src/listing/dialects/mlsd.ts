import { smallest } from "@daybook/core";
import { entryOf } from "../dialect.js";
import type { Dialect, RawEntry } from "../dialect.js";
import { mlsxTime } from "../mlsx-time.js";

const TYPES: readonly (readonly [RegExp, RawEntry["type"]])[] = [
  [/^file$/i, "file"],
  [/^dir$/i, "directory"],
  [/^os\.unix=s(?:ym)?link/i, "link"],
];

/** RFC 3659 section 7: "type=file;size=12;modify=20250101183020; name". A fact may hold blanks, as groups' names do. */
export const mlsd: Dialect = {
  name: "MLSD",
  read(line) {
    const end = factsEnd(line);
    if (end === undefined) return undefined;
    const name = line.slice(end + 1);
    const facts = factsOf(line.slice(0, end));
    const type = facts.get("type");
    if (type === undefined || name === "") return undefined;
    if (/^cdir$/i.test(type)) return { is: "self", directory: name };
    if (/^pdir$/i.test(type) || name === "..") return { is: "parent" };
    if (name === ".") return { is: "self", directory: name };
    return entryOf(
      {
        name,
        type: TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? "other",
        modifiedAt: mlsxTime(facts.get("modify")),
      },
      facts.get("size"),
    );
  },
};

/** Where the blank stands between facts and name. Drafts of the RFC had no semicolon before it, and some send a tab. */
function factsEnd(line: string): number | undefined {
  const ends = ["; ", ";\t"].map((end) => line.indexOf(end)).filter((at) => at > 0);
  if (ends.length > 0) return smallest(ends) + 1;
  const blank = line.indexOf(" ");
  return blank > 0 ? blank : undefined;
}

function factsOf(text: string): Map<string, string> {
  const facts = new Map<string, string>();
  for (const fact of text.split(";")) {
    const equals = fact.indexOf("=");
    if (equals > 0) facts.set(fact.slice(0, equals).trim().toLowerCase(), fact.slice(equals + 1));
  }
  return facts;
}
