/** The values of a statement that is put together from parts. */
export class Values {
  readonly list: unknown[] = [];

  /** Its place in the statement: "$1", "$2" … */
  add(value: unknown): string {
    return `$${this.list.push(value)}`;
  }
}
