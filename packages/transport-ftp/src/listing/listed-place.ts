/** What a directory that a listing names is to the one that was asked for. */
export type Place = "same" | "below" | "elsewhere";

/**
 * Names are compared by their last parts: a server may show a path from where the user is shut in, from where the disk
 * begins, or from the directory that it is in.
 */
export function placeOf(shown: string, asked: string): Place {
  const [there, here] = [partsOf(shown), partsOf(asked)];
  const absolute = shown.startsWith("/");
  if (there.length === 0) return !absolute || here.length === 0 ? "same" : "elsewhere";
  if (endsWith(here, there)) return "same";
  // Of "/" nothing speaks against whatever is shown; else a longer path has the asked one at its end.
  if (here.length > 0 && absolute && endsWith(there, here)) return "same";
  return isBelow(there, here, absolute) ? "below" : "elsewhere";
}

export interface SplitName {
  readonly directory: string;
  readonly name: string;
}

/** The part before the last slash, and the name behind it. Undefined for a plain name. */
export function splitName(path: string): SplitName | undefined {
  const slash = path.lastIndexOf("/");
  return slash < 0 || slash === path.length - 1
    ? undefined
    : { directory: slash === 0 ? "/" : path.slice(0, slash), name: path.slice(slash + 1) };
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function endsWith(parts: readonly string[], last: readonly string[]): boolean {
  return (
    last.length <= parts.length && last.every((part, i) => part === parts[parts.length - last.length + i])
  );
}

/** Absolute: somewhere below the asked path. Relative: the asked path's last part, or nothing, and then more. */
function isBelow(there: readonly string[], here: readonly string[], absolute: boolean): boolean {
  if (there.includes("..")) return false;
  if (absolute) return here.every((part, i) => part === there[i]);
  return there[0] === here.at(-1);
}
