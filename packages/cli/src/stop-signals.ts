import { spawn } from "node:child_process";
import { ExitCode } from "./exit-code.js";

export type StopSignal = "SIGINT" | "SIGTERM";

/** What may still take its time once work under way has been dropped: records, connections, the page. */
const LAST_STEPS = 10_000;
const SHUTDOWN = 30_000;

/**
 * Turns the first SIGINT or SIGTERM into an abort, so that what is under way can be finished; a second one leaves at
 * once, and so does the program by itself when the end doesn't come. Until `listen` a signal ends the process as it
 * does by default, whatever it is busy with. Close it when the work is over.
 */
export class StopSignals {
  readonly #controller = new AbortController();
  readonly #onFirst: (message: string) => void;
  readonly #handler = (signal: StopSignal) => this.#receive(signal);
  #received: StopSignal | undefined;
  #deadline: NodeJS.Timeout | undefined;
  /** How long what is under way may take after a signal, in ms. */
  #shutdown = SHUTDOWN;

  constructor(options: { onFirst: (message: string) => void }) {
    this.#onFirst = options.onFirst;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get received(): StopSignal | undefined {
    return this.#received;
  }

  listen(options: { shutdownTimeout?: number } = {}): this {
    this.#shutdown = options.shutdownTimeout ?? SHUTDOWN;
    process.on("SIGINT", this.#handler).on("SIGTERM", this.#handler);
    return this;
  }

  close(): void {
    clearTimeout(this.#deadline);
    process.off("SIGINT", this.#handler).off("SIGTERM", this.#handler);
  }

  #receive(signal: StopSignal): void {
    if (this.#received !== undefined) return this.#leave(signal);
    this.#received = signal;
    this.#deadline = setTimeout(() => {
      this.#onFirst(`${signal}: what was under way doesn't end; leaving it`);
      this.#leave(signal);
    }, this.#shutdown + LAST_STEPS).unref();
    this.#onFirst(`${signal}: finishing what is under way; once more to leave at once`);
    this.#controller.abort();
  }

  #leave(signal: StopSignal): void {
    // From here on a signal kills.
    this.close();
    killIfStuck(process.pid);
    process.exit(ExitCode[signal]);
  }
}

/** Kills its parent unless that is gone by then: a shell knows by whose child it is. */
const KILL_PARENT = `sleep 1
parent=$(cut -d" " -f4 /proc/$$/stat 2>/dev/null || ps -o ppid= -p $$)
[ "$parent" -eq "$1" ] && kill -TERM "$1"`;

/** `process.exit` waits for its threads, and one that hangs in the system, as on a dead mount, never ends. */
function killIfStuck(pid: number): void {
  const options = { detached: true, stdio: "ignore" } as const;
  spawn("/bin/sh", ["-c", KILL_PARENT, "sh", String(pid)], options)
    .on("error", () => undefined)
    .unref();
}
