/** It failed, but the next attempt goes another way and may well work. */
export class TryAgain extends Error {
  constructor(cause: unknown) {
    super("another way is left", { cause });
    this.name = "TryAgain";
  }
}
