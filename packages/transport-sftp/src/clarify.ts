import { DaybookError, isDaybookError } from "@daybook/core";
import { at } from "./errors.js";
import type { RemoteReads } from "./remote-reads.js";
import { typeOf } from "./wire.js";

/** SSH_FX_FAILURE: anything at all, as a rule something of the wrong type. */
const GENERAL_FAILURE = "4";

/**
 * The failure of a request for one path. Where the server only says that it failed, looks at what is there: what isn't
 * of the wanted type is as good as not found.
 */
export async function clarify(
  reads: RemoteReads,
  error: unknown,
  { operation, path }: { operation: "list" | "read"; path: string },
): Promise<DaybookError> {
  const failure = at(error, operation, path);
  if (failure.code !== GENERAL_FAILURE || failure.kind !== "protocol") return failure;
  try {
    const type = typeOf((await reads.stat(path)).mode);
    if (type === undefined || (type === "directory") === (operation === "list")) return failure;
    const detail =
      type === "directory" ? "this is a directory, not a file" : "this is a file, not a directory";
    return new DaybookError("not-found", detail, { operation, path, cause: error });
  } catch (second) {
    return isDaybookError(second, "protocol") ? failure : at(second, operation, path);
  }
}
