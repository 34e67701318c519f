/** "1 file", "2 files", "1,200 files". */
export function count(n: number, one: string, many = `${one}s`): string {
  // Not toLocaleString: the first use of Intl costs more than starting the command.
  const grouped = String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped} ${n === 1 ? one : many}`;
}
