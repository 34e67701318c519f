import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { hideSecrets } from "../errors/hide-secrets.js";
import { DaybookError, printable } from "../errors/daybook-error.js";
import type { OutboxMessage } from "../store/outbox-message.js";
import { commandArguments, commandEnvironment } from "./command-facts.js";
import { Deadline } from "./deadline.js";
import type { HookTarget } from "./hook.js";
import { Tail } from "./tail.js";

export interface CommandOptions {
  /** The program and its arguments. In arguments {type}, {source}, {id}, {at}, {path}, {slot}, {location} are put in. */
  readonly command: readonly string[];
  /** Variables for it, beside the event's and a few of this process's own (PATH, HOME, language, time zone). */
  readonly env?: Readonly<Record<string, string>>;
  /** Its working directory. Default this process's. */
  readonly cwd?: string;
  /** How long it may run, in ms; then it is ended, with all it started. Default 60 s. */
  readonly timeout?: number;
}

/** Bytes of its output that are kept, for the error. */
// What an error may say is bounded; of a long output its end tells most.
const KEPT = 300;
/** How long it has between being asked to end and being ended, in ms. */
const LAST_WORDS = 2000;
/** How long the rest of its output is waited for once it has ended, in ms. */
const REST = 500;
/** BSD's sysexits.h: the input was wrong, and will be next time. */
const REFUSED = 65;

/**
 * Runs a program for each message, which it gets as JSON on its standard input and in parts as variables. Never through
 * a shell. Exit code 0: done. 65: it wants no more of this message. Any other, a signal, or taking too long: once more.
 */
export function command(options: CommandOptions): HookTarget {
  const [program] = options.command;
  if (program === undefined || program === "")
    throw new DaybookError("config", "command: must begin with a program");
  if ([...options.command, ...Object.entries(options.env ?? {}).flat()].some((text) => text.includes("\0")))
    throw new DaybookError("config", "command: an argument or variable can't hold a NUL");
  return new Command(options);
}

class Command implements HookTarget {
  readonly timeout: number;
  readonly #options: CommandOptions;

  constructor(options: CommandOptions) {
    this.#options = options;
    this.timeout = options.timeout ?? 60_000;
  }

  async deliver(message: OutboxMessage, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const { command: words, env = {}, cwd } = this.#options;
    const [program, ...rest] = words;
    const deadline = new Deadline(signal, this.timeout);
    const output = new Tail(KEPT);
    const end = await new Promise<{ code: number | null; sign: NodeJS.Signals | null }>((resolve, reject) => {
      const child = spawn(program!, commandArguments(rest, message), {
        cwd,
        env: { ...commandEnvironment(message), ...env },
        stdio: ["pipe", "pipe", "pipe"],
        shell: false,
        // A group of its own, so that what it starts can be ended with it.
        detached: process.platform !== "win32",
        windowsHide: true,
      });
      const stop = deadline.signal;
      const onStop = () => askToEnd(child);
      child.once("error", (error) => reject(notStarted(program!, error)));
      child.once("exit", () => {
        stop.removeEventListener("abort", onStop);
        if (stop.aborted) killGroup(child, "SIGKILL");
        // What it left running may hold its output open for ever.
        setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, REST).unref();
      });
      child.once("close", (code, sign) => resolve({ code, sign }));
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk: Buffer) => output.add(chunk));
        stream.on("error", () => undefined);
      }
      // A program needn't read what it is told.
      child.stdin.on("error", () => undefined);
      child.stdin.end(message.body);
      if (stop.aborted) onStop();
      else stop.addEventListener("abort", onStop, { once: true });
    }).finally(() => deadline.end());
    if (end.code === 0 || end.code === REFUSED) return;
    throw this.#failure(end, output, { cancelled: signal.aborted, late: deadline.late });
  }

  #failure(
    { code, sign }: { code: number | null; sign: NodeJS.Signals | null },
    output: Tail,
    { cancelled, late }: { cancelled: boolean; late: boolean },
  ): DaybookError {
    const operation = "deliver";
    if (cancelled) return new DaybookError("cancelled", "stopped while a command ran", { operation });
    const program = this.#options.command[0]!;
    if (late)
      return new DaybookError("timeout", `${program} ran for more than ${this.timeout} ms, and was ended`, {
        operation,
      });
    // A script that prints what it was trusted with is not to fill logs with it.
    const said = printable(hideSecrets(output.text.trim(), Object.values(this.#options.env ?? {})));
    const how = code === null ? `was ended by ${sign}` : `ended with exit code ${code}`;
    return new DaybookError("protocol", `${program} ${how}${said === "" ? "" : `; it said: ${said}`}`, {
      operation,
      code: String(code ?? sign),
    });
  }
}

function askToEnd(child: ChildProcess): void {
  killGroup(child, "SIGTERM");
  const timer = setTimeout(() => killGroup(child, "SIGKILL"), LAST_WORDS);
  child.once("exit", () => clearTimeout(timer));
}

function killGroup(child: ChildProcess, sign: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(sign);
    else process.kill(-child.pid, sign);
  } catch {
    // It has ended by itself.
  }
}

function notStarted(program: string, { code }: NodeJS.ErrnoException): DaybookError {
  const why =
    code === "ENOENT"
      ? "there is no such program, or no such working directory"
      : code === "EACCES"
        ? "it may not be run"
        : (code ?? "unknown reason");
  return new DaybookError("config", `${program} can't be started: ${why}`, { operation: "deliver", code });
}
