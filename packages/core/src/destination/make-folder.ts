import * as nodeFs from "node:fs";
import { dirname, resolve } from "node:path";

export type FolderFs = Pick<typeof nodeFs, "mkdirSync" | "statSync">;

export interface MakeFolderOptions {
  /** Default node:fs. */
  readonly fs?: FolderFs;
  /** Of the folders that are made, less what the process masks. Default 0o777. */
  readonly mode?: number;
}

/** Somebody else may tidy up what was just made; so often it is tried. */
const MOST_TRIES = 3;

/**
 * Makes a folder and those above it that aren't there; the first that was made, if any. Not Node's own recursive call,
 * which never returns where the system says that a name can't be had in a folder that is there: below /proc, and on
 * mounts that are gone. Synchronous; throws the system's error.
 */
export function makeFolder(
  folder: string,
  { fs = nodeFs, mode }: MakeFolderOptions = {},
): string | undefined {
  const target = resolve(folder);
  for (let tries = 1; ; tries++) {
    try {
      return makeOnce(target, fs, mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === MOST_TRIES) throw error;
    }
  }
}

/** Up to the first that is there or can be made, then down again: each level twice at most. */
function makeOnce(target: string, fs: FolderFs, mode: number | undefined): string | undefined {
  const missing: string[] = [];
  let at = target;
  let made = makeLevel(at, fs, mode);
  for (; made === undefined && at !== dirname(at); made = makeLevel(at, fs, mode)) {
    missing.push(at);
    at = dirname(at);
  }
  const first = made === true ? at : missing.at(-1);
  for (const folder of missing.reverse())
    if (makeLevel(folder, fs, mode) === undefined) throw fault("ENOENT", folder);
  return first;
}

/** Whether it was made now; false: it is there; undefined: the one above it isn't. */
function makeLevel(at: string, fs: FolderFs, mode: number | undefined): boolean | undefined {
  try {
    fs.mkdirSync(at, mode);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    // Systems answer differently for a folder that is there; only whether it is one counts.
    if (fs.statSync(at, { throwIfNoEntry: false })?.isDirectory()) return false;
    throw code === "EEXIST" ? fault("ENOTDIR", at) : error;
  }
}

function fault(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: the folder ${path} can't be made`), {
    code,
    path,
    syscall: "mkdir",
  });
}
