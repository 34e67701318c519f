import { join } from "node:path";
import type { LocalFs } from "./local-fs.js";

/** How long a file system may keep what was written to itself before it must be on disk, with much to spare. */
const WRITE_BACK_MS = 10 * 60_000;
const TOUCH_MS = 30_000;
const PREFIX = "open-";

/**
 * A file that stands in a destination while a program writes to it, and is touched now and then: one that is found at
 * the start was left by a program that died, and its mtime tells about when.
 */
export class OpenMarker {
  readonly #fs: LocalFs;
  readonly #folder: string;
  readonly #alive: (pid: number) => boolean;
  readonly #name = `${PREFIX}${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
  #dead: string[] = [];
  #touchedAt = 0;

  constructor(options: { fs: LocalFs; folder: string; alive?: (pid: number) => boolean }) {
    this.#fs = options.fs;
    this.#folder = options.folder;
    this.#alive = options.alive ?? isAlive;
  }

  /**
   * Sets the marker; since when what the dead wrote is suspect. Their markers stay until somebody has looked:
   * a program that dies before leaves the suspicion to the next.
   */
  set(now: number): Date | undefined {
    let since: number | undefined;
    for (const name of this.#fs.readdirSync(this.#folder) as string[]) {
      if (!name.startsWith(PREFIX) || this.#alive(Number.parseInt(name.slice(PREFIX.length), 10))) continue;
      const path = join(this.#folder, name);
      const touched = this.#fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
      since = Math.min(since ?? Infinity, touched - WRITE_BACK_MS);
      this.#dead.push(path);
    }
    this.#fs.closeSync(this.#fs.openSync(this.#path, "w"));
    this.#touchedAt = now;
    return since === undefined ? undefined : new Date(since);
  }

  touch(now: number): void {
    if (now - this.#touchedAt < TOUCH_MS) return;
    this.#touchedAt = now;
    this.#fs.utimesSync(this.#path, now / 1000, now / 1000);
  }

  /** What the dead wrote has been looked at. */
  trust(): void {
    for (const path of this.#dead.splice(0)) this.#remove(path);
  }

  clear(): void {
    this.#remove(this.#path);
  }

  #remove(path: string): void {
    try {
      this.#fs.unlinkSync(path);
    } catch {
      // Left behind it only costs the next start a look.
    }
  }

  get #path(): string {
    return join(this.#folder, this.#name);
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
