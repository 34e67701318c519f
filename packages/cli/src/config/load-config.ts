import { createReadStream } from "node:fs";
import { dirname, resolve } from "node:path";
import type { DaybookOptions } from "@daybook/core";
import { checkConfig } from "./check-config.js";
import type { AdapterChoice } from "./checked-config.js";
import { OptionsBuilder } from "./options.js";
import { builtIn } from "./schema/adapters.js";
import type { ServeConfig } from "./schema/serve.js";
import { formatProblem } from "./problem.js";

const MB = 1_000_000;
/** Some thousand sources, written out. */
const MOST_BYTES = 4 * MB;

// In one module, so that one file is loaded for both.
export { configJsonSchema } from "./schema/root.js";

export interface LoadConfigOptions {
  /** What `${NAME}` reads. Default the process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Told of every secret that was read, so that it can be kept out of what is shown. */
  readonly onSecret?: (secret: string) => void;
}

export type LoadedConfig =
  | {
      readonly options: DaybookOptions;
      readonly serve?: ServeConfig;
      /** The file that holds the ledger, where one does. */
      readonly ledgerFile?: string;
      readonly problems?: undefined;
    }
  /** Lines that name file, line and key; at least one. */
  | { readonly problems: readonly string[]; readonly options?: undefined; readonly serve?: undefined };

/**
 * Reads a configuration file to what `createDaybook` takes. Paths in it are relative to the file. What is wrong with
 * the file is in the answer, all of it, and never holds a secret.
 */
export async function loadConfig(file: string, options: LoadConfigOptions = {}): Promise<LoadedConfig> {
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    return { problems: [unreadable(file, error as NodeJS.ErrnoException)] };
  }
  const { env = process.env, onSecret } = options;
  const checked = checkConfig(text, env, onSecret);
  const builder = new OptionsBuilder({ directory: dirname(resolve(file)), onSecret });
  const built = checked.config && (await builder.build(checked.config));
  for (const adapter of checked.config ? [] : checked.adapters) await builder.probe(adapter);
  const found = builder.failures.map((failure) => ({ ...failure, line: checked.lineOf(failure.path) }));
  const problems = [...(checked.config ? [] : checked.problems), ...found].sort((a, b) => a.line - b.line);
  if (built !== undefined && problems.length === 0) {
    const { serve, state } = checked.config!;
    return { options: built, serve, ledgerFile: ledgerFile(state, dirname(resolve(file))) };
  }
  return { problems: problems.map((problem) => formatProblem(file, problem)) };
}

/** May come through a pipe, which has no size to ask for. */
async function readText(file: string): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of createReadStream(file) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw Object.assign(new Error("too large"), { code: "EFBIG" });
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function ledgerFile({ use, options }: AdapterChoice, directory: string): string | undefined {
  const { path } = options;
  const inFile = builtIn("state", use)?.paths?.includes("path") && typeof path === "string";
  return inFile ? resolve(directory, path) : undefined;
}

function unreadable(file: string, { code }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") {
    return `${file}: there is no such file. Write one (docs/configuration.md shows how), or name yours with --config`;
  }
  if (code === "EFBIG") return `${file}: has more than ${MOST_BYTES / MB} MB: is it the configuration?`;
  return `${file}: can't be read: ${code === "EISDIR" ? "it is a directory" : (code ?? "unknown reason")}`;
}
