/**
 * What was probably meant by a name that looks like a date but isn't one: "YYYY", "DD", "yyyyMMdd", "HH-mm".
 * Undefined for names that look like nothing of the kind.
 */
export function dateTypo(name: string): string | undefined {
  const runs = name.match(/([A-Za-z])\1*|-/g);
  if (runs === null || runs.join("") !== name) return undefined;
  const letters = runs.filter((run) => run !== "-");
  if (!letters.every((run) => /^[yYmMdDhHsS]/.test(run))) return undefined;
  // A lone letter may be a date in another dialect; a word such as "shy" isn't.
  if (letters.length > 1 && !letters.every((run) => run.length > 1)) return undefined;
  return runs.map((run, i) => (run === "-" ? run : `{${field(run, runs.slice(0, i))}}`)).join("");
}

function field(run: string, before: readonly string[]): string {
  switch (run[0]) {
    case "y":
    case "Y":
      return run.length === 2 ? "yy" : "yyyy";
    case "m":
      return before.some((r) => /^y/i.test(r)) && !before.some((r) => /^[mh]/i.test(r)) ? "MM" : "mm";
    case "M":
      return "MM";
    case "d":
      return "dd";
    case "D":
      return run.length > 2 ? "DDD" : "dd";
    case "h":
    case "H":
      return "HH";
    default:
      return "ss";
  }
}
