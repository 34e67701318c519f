import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The URL of a package or file: first as seen from the configuration file's folder, so that a project's own packages
 * come first, then from where this command is installed. Undefined where there is none.
 */
export function findModule(use: string, directory: string): string | undefined {
  if (isFile(use)) {
    const file = resolve(directory, use);
    return existsSync(file) ? pathToFileURL(file).href : undefined;
  }
  return fromHere(use, join(directory, "package.json")) ?? fromHere(use, import.meta.filename);
}

export function isFile(use: string): boolean {
  return use.startsWith("./") || use.startsWith("../") || use.startsWith("/");
}

function fromHere(name: string, from: string): string | undefined {
  const require = createRequire(from);
  try {
    return pathToFileURL(require.resolve(name)).href;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A package that has no entry for `require`, only for `import`.
    if (code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return importEntry(name, require);
    return undefined;
  }
}

function importEntry(name: string, require: NodeJS.Require): string | undefined {
  for (const modules of require.resolve.paths(name) ?? []) {
    const file = join(modules, name, "package.json");
    try {
      const { exports } = JSON.parse(readFileSync(file, "utf8")) as { exports?: unknown };
      const target = pick((exports as Record<string, unknown> | undefined)?.["."] ?? exports);
      if (target !== undefined) return pathToFileURL(join(dirname(file), target)).href;
    } catch {
      continue;
    }
  }
  return undefined;
}

function pick(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    if (!["node", "import", "default"].includes(condition)) continue;
    const found = pick(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}
