import { DaybookError, isDaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import type {
  Lane,
  ReadOptions,
  RemoteEntry,
  Transport,
  TransportCapabilities,
} from "../transport/transport.js";
import { Recent } from "./recent.js";
import { sameVersion } from "../plan/version.js";

type Names = ReadonlyMap<string, RemoteEntry>;

interface Look {
  readonly at: number;
  readonly names: Promise<Names>;
}

/** How long a listing speaks for what is in a directory, in ms: many files of one are asked for together. */
const FRESH = 10_000;
const DIRECTORIES = 16;

/** Whether a host has a file in the version that was listed at another. */
export class VersionCheck {
  readonly #clock: Clock;
  readonly #precision: TransportCapabilities["modifiedAt"];
  readonly #looks = new Recent<Look>(DIRECTORIES);

  constructor(options: { clock: Clock; precision: TransportCapabilities["modifiedAt"] }) {
    this.#clock = options.clock;
    this.#precision = options.precision;
  }

  /** Rejects with "not-found" or "changed" where it hasn't, or as the listing does. */
  async require(transport: Transport, directory: string, name: string, options: ReadOptions): Promise<void> {
    const { size, modifiedAt, signal, lane } = options;
    const fits = (entry?: RemoteEntry) =>
      entry !== undefined && sameVersion({ size, modifiedAt }, entry, this.#precision);
    const look = this.#look(transport, directory, lane);
    let entry = (await unlessAborted(look.names, signal)).get(name);
    // It may have come since.
    if (!fits(entry) && look.seenBefore) {
      this.#looks.delete(look.key);
      entry = (await unlessAborted(this.#look(transport, directory, lane).names, signal)).get(name);
    }
    if (fits(entry)) return;
    const at = { operation: "read", path: `${directory === "/" ? "" : directory}/${name}` };
    if (entry === undefined) throw new DaybookError("not-found", "this host doesn't have it", at);
    const shown = `${entry.size ?? "?"} bytes of ${entry.modifiedAt?.toISOString() ?? "an unknown time"}`;
    throw new DaybookError("changed", `this host has it as ${shown}`, at);
  }

  /** Shared by all that ask at the same time, so that no caller's signal may stop it. */
  #look(transport: Transport, directory: string, lane: Lane | undefined) {
    const key = `${transport.capabilities.endpoint} ${directory}`;
    const now = this.#clock.now().getTime();
    const known = this.#looks.get(key);
    if (known !== undefined && Math.abs(now - known.at) < FRESH)
      return { key, names: known.names, seenBefore: true };
    const names = transport
      .list(directory, { lane })
      .then(({ entries }) => new Map(entries.map((entry) => [entry.name, entry])))
      .catch((error: unknown) => {
        if (!isDaybookError(error, "permission")) throw error;
        // It says nothing of the file, which may well be sent; and nothing is given up for a folder.
        const detail = `this host doesn't show its folder, so nobody knows which version it has: ${error.detail}`;
        throw new DaybookError("busy", detail, { operation: "read", path: directory, cause: error });
      });
    this.#looks.set(key, { at: now, names });
    names.catch(() => this.#looks.delete(key));
    return { key, names, seenBefore: false };
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(new DaybookError("cancelled", "stopped", { operation: "read" }));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
