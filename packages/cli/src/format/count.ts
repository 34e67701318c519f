/** "1 file", "2 files", "1,200 files". */
export function count(n: number, one: string, many = `${one}s`): string {
  // Not toLocaleString: the first use of Intl costs more than starting the command.
  let grouped = String(n);
  for (let at = grouped.length - 3; at > 0; at -= 3) grouped = `${grouped.slice(0, at)},${grouped.slice(at)}`;
  return `${grouped} ${n === 1 ? one : many}`;
}
