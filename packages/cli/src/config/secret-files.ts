import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { DaybookError } from "@daybook/core";
import type { KeyPath } from "./problem.js";

const SUFFIX = "_file";

export interface SecretFailure {
  readonly path: KeyPath;
  readonly message: string;
}

/**
 * Options with every `…_file` key replaced by the content of its file, less one newline at the end; or by what `fresh` makes
 * of the file, if it makes anything.
 */
export async function readSecretFiles(
  options: Readonly<Record<string, unknown>>,
  directory: string,
  path: KeyPath,
  failures: SecretFailure[],
  fresh?: (key: string, file: string, content: string) => unknown,
): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    const inner = [...path, key];
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      result[key] = await readSecretFiles(
        value as Record<string, unknown>,
        directory,
        inner,
        failures,
        fresh,
      );
    } else if (!key.endsWith(SUFFIX) || typeof value !== "string") {
      result[key] = value;
    } else {
      try {
        const name = key.slice(0, -SUFFIX.length);
        const file = resolve(directory, value);
        const content = await readSecretFile(file);
        result[name] = fresh?.(name, file, content) ?? content;
      } catch (error) {
        failures.push({ path: inner, message: `${JSON.stringify(value)} can't be read: ${reason(error)}` });
      }
    }
  }
  return result;
}

async function readSecretFile(file: string): Promise<string> {
  return (await readFile(file, "utf8")).replace(/\r?\n$/, "");
}

/** Reads secrets when they are asked for; there is one function for each file, so that what has it can be shared. */
export class FreshSecrets {
  readonly #read = new Map<string, () => Promise<string>>();
  readonly #onSecret: (secret: string) => void;

  constructor(onSecret: (secret: string) => void) {
    this.#onSecret = onSecret;
  }

  /** `content` is what it holds now. */
  of(key: string, file: string, content: string): () => Promise<string> {
    this.#onSecret(content);
    const read = this.#read.get(file) ?? (() => this.#ask(key, file));
    this.#read.set(file, read);
    return read;
  }

  async #ask(key: string, file: string): Promise<string> {
    const content = await readSecretFile(file).catch((error: unknown) => {
      throw new DaybookError("config", `\`${key}${SUFFIX}\`, ${file}, can't be read: ${reason(error)}`);
    });
    this.#onSecret(content);
    return content;
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "EISDIR") return "it is a directory";
  return code ?? "unknown reason";
}
