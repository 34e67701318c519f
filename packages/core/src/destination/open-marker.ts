import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalFs } from "./local-fs.js";
import { isRunning } from "../store/is-running.js";

/** How long a file system may keep what was written to itself before it must be on disk, with much to spare. */
const WRITE_BACK_MS = 10 * 60_000;
const TOUCH_MS = 30_000;
const PREFIX = "open-";
/** Ends the name of one that stands for what isn't synced. */
const LOOSE = "-loose";

/** Markers that stand in this process's name, whatever its number was before. */
const ours = new Set<string>();

/**
 * A file that stands in a destination while a program writes to it, and is touched now and then. One that is found at
 * the start was left by a program that died; if the machine went down with it, which another boot tells, what was
 * written last may be lost, and the marker's mtime tells about when that was.
 */
export class OpenMarker {
  readonly #fs: LocalFs;
  readonly #folder: string;
  readonly #sync: boolean;
  readonly #name: string;
  #dead: string[] = [];
  #touchedAt = 0;

  /** `sync`: whether what is recorded is on disk by then. If not, the marker stays when the program has ended. */
  constructor(options: { fs: LocalFs; folder: string; sync: boolean }) {
    const random = Math.random().toString(36).slice(2, 10);
    this.#sync = options.sync;
    this.#name = `${PREFIX}${bootId()}-${process.pid}-${random}${options.sync ? "" : LOOSE}`;
    this.#fs = options.fs;
    this.#folder = options.folder;
  }

  /**
   * Sets the marker; since when what was written is suspect. Markers of an earlier boot stay until somebody has
   * looked: a program that dies before leaves the suspicion to the next.
   */
  set(now: number): { since: Date; content: boolean } | undefined {
    let since: number | undefined;
    let content = false;
    for (const name of this.#fs.readdirSync(this.#folder) as string[]) {
      if (!name.startsWith(PREFIX) || ours.has(name)) continue;
      const path = join(this.#folder, name);
      const [boot, pid] = name.slice(PREFIX.length).split("-");
      const known = boot === bootId();
      if (known && isAlive(Number(pid))) continue;
      const touched = this.#fs.lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now;
      if (known && boot !== UNKNOWN) {
        // The same boot: what a dead program wrote is safe with the system, until the power fails.
        if (!name.endsWith(LOOSE) || now - touched > WRITE_BACK_MS) this.#remove(path);
        continue;
      }
      content ||= name.endsWith(LOOSE);
      since = Math.min(since ?? Infinity, touched - WRITE_BACK_MS);
      this.#dead.push(path);
    }
    this.#fs.closeSync(this.#fs.openSync(this.#path, "wx"));
    ours.add(this.#name);
    this.#touchedAt = now;
    return since === undefined ? undefined : { since: new Date(since), content };
  }

  touch(now: number, every = TOUCH_MS): void {
    if (now - this.#touchedAt < every) return;
    this.#touchedAt = now;
    this.#fs.utimesSync(this.#path, now / 1000, now / 1000);
  }

  /** What was suspect has been looked at. */
  trust(): void {
    for (const path of this.#dead.splice(0)) this.#remove(path);
  }

  clear(now: number): void {
    ours.delete(this.#name);
    if (this.#sync) return this.#remove(this.#path);
    try {
      this.touch(now, 0);
    } catch {
      // The destination is gone; an older time only makes more suspect.
    }
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

const UNKNOWN = "x";

/** Names the machine's present run; Linux only, elsewhere every dead program is taken for a dead machine. */
function bootId(): string {
  try {
    const id = readFileSync("/proc/sys/kernel/random/boot_id");
    return createHash("sha256").update(id).digest("hex").slice(0, 12);
  } catch {
    return UNKNOWN;
  }
}

/** In a container every program has the same few numbers: one of our own number that isn't us is dead. */
function isAlive(pid: number): boolean {
  return pid !== process.pid && isRunning(pid);
}
