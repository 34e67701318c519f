import type { ListingMessage } from "./evidence.js";

/** What `ls` and servers say in the place of lines that can't be read; the first that fits. */
const MEANINGS: readonly (readonly [RegExp, ListingMessage["meaning"]])[] = [
  [/permission denied|access (is )?denied|not permitted|forbidden/i, "refused"],
  [/no such file|not found|does not exist|doesn't exist|not a directory/i, "missing"],
  [/no (matching )?(files|entries|members)|(directory|folder) is empty|empty (directory|folder)/i, "nothing"],
  [/cannot|can't|could not|unable|failed|\berror\b|^\/?[\w/]*ls: /i, "failed"],
];

/** What a line that is no entry says about the directory; undefined where it says nothing known. */
export function messageIn(text: string): ListingMessage | undefined {
  const meaning = MEANINGS.find(([pattern]) => pattern.test(text))?.[1];
  return meaning && { meaning, text };
}
