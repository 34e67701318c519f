import { DaybookError } from "@daybook/core";
import type { FTPError } from "basic-ftp";
import { errorKind, wireOf } from "./errors.js";
import type { ListingStyle } from "./listing/listing-reader.js";
import type { ServerFacts } from "./server-facts.js";

/** One way to ask for a directory. */
export interface Way {
  readonly style: ListingStyle;
  readonly command: "MLSD" | "LIST -a" | "LIST";
  /** Asked for by its path, rather than from within. */
  readonly path: boolean;
}

/**
 * The cheapest first, and then the others for where it isn't believed or is refused. `shown`: another listing has shown it
 * to be a directory, and its name is none that LIST could take for an option or a pattern.
 */
export function waysFor(server: ServerFacts, { shown }: { shown: boolean }): Way[] {
  const paths = !server.has("lists-where-it-is");
  const options = !server.has("no-list-options");
  const ways: Way[] = [];
  if (server.features?.has("MLST")) {
    if (paths) ways.push({ style: "mlsd", command: "MLSD", path: true });
    ways.push({ style: "mlsd", command: "MLSD", path: false });
    // vsftpd lists what is missing as empty: it is gone there first, where nothing has shown it.
  } else if (shown && options && paths) {
    ways.push({ style: "list", command: "LIST -a", path: true });
  }
  if (options) ways.push({ style: "list", command: "LIST -a", path: false });
  ways.push({ style: "list", command: "LIST", path: false }, { style: "list", command: "LIST", path: true });
  return ways;
}

/** Goes along the ways, and remembers what became of them. */
export class Attempts {
  readonly #directory: string;
  /** Why the first way that was refused was. */
  failure: FTPError | undefined;
  /** It can't be gone to, and nothing says that it isn't there: the server doesn't know CWD. */
  #closed = false;
  #doubted = false;
  /** LIST took its option for something else, or refused it. */
  strange = false;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Whether one way is worth going. */
  may({ command, path }: Way): boolean {
    if (!path && this.#closed) return false;
    if (command === "LIST" && path) return this.#closed || this.#doubted;
    return true;
  }

  doubts(): void {
    this.#doubted = true;
  }

  /** The directory could not be gone to. Throws where that is the answer. */
  cannotEnter(error: FTPError): void {
    const kind = this.#kind(error);
    this.#closed = true;
    if (this.#doubted) return;
    if (kind === "unsupported") {
      this.failure ??= error;
      return;
    }
    const before = this.failure;
    throw before !== undefined && kind !== "not-found" && this.#kind(before) !== undefined ? before : error;
  }

  /** The command was refused. Throws where that is the answer. */
  refused(error: FTPError, { command, path }: Way): void {
    if (this.#doubted) return;
    const kind = this.#kind(error);
    // It may be about the option, whatever it says.
    const optional = command === "LIST -a";
    if (optional) this.strange = true;
    const byPath = command === "MLSD" && path && [undefined, "permission", "unsupported"].includes(kind);
    if (!optional && !byPath && !(command === "MLSD" && kind === "unsupported")) throw error;
    this.failure ??= error;
  }

  #kind(error: FTPError) {
    return errorKind({ ...wireOf(error), phase: "list", path: this.#directory });
  }
}

/** What a listing that was let through says all the same. */
export function refusal({
  is,
  reason,
}: {
  readonly is: "missing" | "refused";
  readonly reason: string;
}): DaybookError {
  return new DaybookError(is === "missing" ? "not-found" : "permission", reason);
}
