import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { KeyPath } from "./problem.js";

const SUFFIX = "_file";

export interface SecretFailure {
  readonly path: KeyPath;
  readonly message: string;
}

/** Options with every `…_file` key replaced by the content of its file, less one newline at the end. */
export async function readSecretFiles(
  options: Readonly<Record<string, unknown>>,
  directory: string,
  path: KeyPath,
  failures: SecretFailure[],
): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    const inner = [...path, key];
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      result[key] = await readSecretFiles(value as Record<string, unknown>, directory, inner, failures);
    } else if (!key.endsWith(SUFFIX) || typeof value !== "string") {
      result[key] = value;
    } else {
      try {
        const content = await readFile(resolve(directory, value), "utf8");
        result[key.slice(0, -SUFFIX.length)] = content.replace(/\r?\n$/, "");
      } catch (error) {
        failures.push({ path: inner, message: `${JSON.stringify(value)} can't be read: ${reason(error)}` });
      }
    }
  }
  return result;
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "EISDIR") return "it is a directory";
  return code ?? "unknown reason";
}
