import { open, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../destination/make-folder.js";
import { asDaybookError, DaybookError, isDaybookError } from "../errors/daybook-error.js";
import { decodeLedger, encodeLedger } from "./json-format.js";
import { LockFile } from "./lock-file.js";
import { MemoryLedger } from "./memory-ledger.js";

/** A ledger's JSON file, and what was last read from it. */
export class JsonFile {
  readonly #path: string;
  readonly #lock: LockFile;
  #ledger = new MemoryLedger();
  /** Tells one content of the file from another; each is a file of its own, put in the place of the one before. */
  #stamp: string | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#lock = new LockFile(`${path}.lock`);
  }

  /** Makes an empty ledger if there is no file; from then on a file that is gone is an error. */
  async create(): Promise<void> {
    await this.#guard(async () => {
      makeFolder(dirname(this.#path));
      await this.#lock.hold(async () => {
        const exists = await stat(this.#path).then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (error.code === "ENOENT") return false;
            throw error;
          },
        );
        if (!exists) await this.#write(new MemoryLedger());
      });
      await this.#current();
    });
  }

  /** The ledger as it is on disk now. */
  async read(): Promise<MemoryLedger> {
    return this.#guard(() => this.#current());
  }

  /** Changes the ledger while no other process can; `work` tells whether it did. */
  async change(work: (ledger: MemoryLedger) => boolean): Promise<void> {
    await this.#guard(() =>
      this.#lock.hold(async () => {
        const ledger = await this.#current();
        // Until it is on disk, what is in memory counts for nothing.
        const stamp = this.#stamp;
        this.#stamp = undefined;
        if (work(ledger)) await this.#write(ledger);
        else this.#stamp = stamp;
      }),
    );
  }

  async #current(): Promise<MemoryLedger> {
    const stamp = await this.#stampNow();
    if (stamp !== this.#stamp) {
      this.#ledger = decodeLedger(await readFile(this.#path, "utf8"), this.#path);
      this.#stamp = stamp;
    }
    return this.#ledger;
  }

  async #write(ledger: MemoryLedger): Promise<void> {
    const draft = `${this.#path}.tmp`;
    const file = await open(draft, "w");
    try {
      await file.writeFile(encodeLedger(ledger));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#path);
    await syncFolder(dirname(this.#path));
    this.#ledger = ledger;
    this.#stamp = await this.#stampNow();
  }

  async #stampNow(): Promise<string> {
    const { ino, size, mtimeNs } = await stat(this.#path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw isDaybookError(error) ? error : this.#explained(error as NodeJS.ErrnoException);
    }
  }

  #explained(cause: NodeJS.ErrnoException): DaybookError {
    const { code } = cause;
    if (code === "ENOSPC" || code === "EDQUOT")
      return new DaybookError("no-space", "the disk that holds the ledger is full; free some space", {
        code,
        cause,
      });
    if (code === "ENOENT")
      return new DaybookError(
        "store",
        `the ledger ${this.#path} is gone; put it back, or open it anew to start over`,
        {
          ...{ code, cause, retry: "no" },
        },
      );
    if (code)
      return new DaybookError(
        "store",
        `the ledger can't be read or written; check path and permissions: ${cause.message}`,
        {
          ...{ code, cause, retry: "no" },
        },
      );
    return asDaybookError(cause, "store");
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows can't open a folder, and needs no such thing.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
