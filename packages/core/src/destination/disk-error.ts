import { DaybookError, isDaybookError, type DaybookErrorOptions } from "../errors/daybook-error.js";

/** The code of an error that says that the whole destination is away; kind "store". */
export const GONE = "destination-gone";

const NAME_TROUBLE = new Set(["EEXIST", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "EINVAL", "EILSEQ", "ELOOP"]);

/**
 * The local disk's errors. Full is "no-space"; a name that can't be had is "config" and that one file's trouble; all
 * else (no permission, a failing disk) is "store": nothing can be brought home until a person has looked.
 */
export function diskError(error: unknown, options: DaybookErrorOptions): DaybookError {
  if (isDaybookError(error)) return error;
  const { code, message, path } = error as NodeJS.ErrnoException;
  const facts = { ...options, code, cause: error };
  if (code === "ENOSPC" || code === "EDQUOT")
    return new DaybookError("no-space", "the disk is full: make room, then start again", facts);
  if (code !== undefined && NAME_TROUBLE.has(code))
    return new DaybookError("config", `its local path can't be had (${code})`, facts);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new DaybookError("store", `no permission to write ${path ?? "there"}: check who owns it`, facts);
  return new DaybookError("store", message ?? String(error), facts);
}

/** One folder that belongs to somebody else: the trouble of the files below it, and of no other. */
export function noPermission(folder: string, facts: DaybookErrorOptions): DaybookError {
  const detail = `no permission to write to ${folder}: see who owns it, then run daybook retry`;
  return new DaybookError("permission", detail, facts);
}
