import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Watches a destination's final names from the outside: whatever stands at one must be the server's file at once, and
 * stay the very same one.
 */
export class Witness {
  readonly #folder: string;
  readonly #expected: ReadonlyMap<string, string>;
  readonly #seen = new Map<string, number>();

  /** `expected`: SHA-256 by path below the folder. */
  constructor(options: { folder: string; expected: ReadonlyMap<string, string> }) {
    this.#folder = options.folder;
    this.#expected = options.expected;
  }

  /** Paths that stood at their final names when last looked at. */
  get there(): ReadonlySet<string> {
    return new Set(this.#seen.keys());
  }

  /** What is wrong now; only new files are read. */
  look(): string[] {
    const wrong: string[] = [];
    const now = new Set(namesBelow(this.#folder));
    for (const path of now) {
      const file = join(this.#folder, path);
      const { ino } = statSync(file);
      const before = this.#seen.get(path);
      if (before !== undefined && before !== ino) wrong.push(`${path} was written a second time`);
      if (before !== ino && sha256(file) !== this.#expected.get(path))
        wrong.push(`${path} is not the server's`);
      this.#seen.set(path, ino);
    }
    for (const path of this.#seen.keys()) if (!now.has(path)) wrong.push(`${path} has gone`);
    return wrong;
  }
}

function namesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
