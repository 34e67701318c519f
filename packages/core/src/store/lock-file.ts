import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { DaybookError } from "../errors/daybook-error.js";
import { isRunning } from "./is-running.js";

/** In ms. */
const PATIENCE = 5_000;
const PAUSE = 10;

/** A file that exists while somebody writes what it stands beside. Works between processes that share a file system. */
export class LockFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Runs `work` while holding the lock; waits up to 5 s for it. One left by a process that is no more is taken over. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const mine = `${process.pid} ${hostname()} ${randomUUID()}\n`;
    await this.#take(mine);
    try {
      return await work();
    } finally {
      await rm(this.#path, { force: true });
    }
  }

  async #take(mine: string): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      if (await this.#tryTake(mine)) return;
      const holder = await readFile(this.#path, "utf8").catch(() => "");
      if (isDead(holder)) await this.#clear(holder);
      else if (performance.now() < deadline) await delay(PAUSE);
      else throw this.#busy(holder);
    }
  }

  /** By a link, since that makes the lock and its holder's name in one step, or fails. */
  async #tryTake(mine: string): Promise<boolean> {
    const draft = `${this.#path}.${randomUUID()}`;
    try {
      await writeFile(draft, mine);
      await link(draft, this.#path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Moves a dead holder's lock away; if a faster process had taken it over by then, puts its lock back. */
  async #clear(dead: string): Promise<void> {
    const aside = `${this.#path}.${randomUUID()}`;
    try {
      await rename(this.#path, aside);
      if ((await readFile(aside, "utf8")) !== dead) await link(aside, this.#path);
    } catch (error) {
      if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    } finally {
      await rm(aside, { force: true });
    }
  }

  #busy(holder: string): DaybookError {
    const [pid, host] = holder.trim().split(" ");
    return new DaybookError(
      "store",
      `process ${pid} on ${host} has been writing the ledger for more than 5 s; if there is no such Daybook, delete ${this.#path}`,
    );
  }
}

function isDead(holder: string): boolean {
  const [pid, host] = holder.trim().split(" ");
  return pid !== undefined && pid !== "" && host === hostname() && !isRunning(Number(pid));
}
