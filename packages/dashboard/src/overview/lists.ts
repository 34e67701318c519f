/** Lines of an answer. */
export const MOST = 4;

export function names(all: readonly string[]): string {
  if (all.length <= 3) return all.join(", ");
  return `${all.slice(0, 3).join(", ")} and ${all.length - 3} more`;
}

/** As many lines as an answer has room for. */
export function few(lines: readonly string[]): string[] {
  if (lines.length <= MOST) return [...lines];
  return [...lines.slice(0, MOST - 1), `and ${lines.length - MOST + 1} more`];
}
