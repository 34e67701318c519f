import { posix } from "node:path";
import { DaybookError } from "@daybook/core";
import type { Listing, ListOptions, RemoteEntry } from "@daybook/core";
import { FTPError } from "basic-ftp";

type List = (directory: string, take: NonNullable<ListOptions["take"]>) => Promise<Listing>;

/** What a bare "failed" about a path means: whether its name shows in the nearest directory above that can be entered. */
export async function lookAround(
  list: List,
  path: string,
  wanted: "list" | "read",
): Promise<"not-found" | "permission"> {
  for (let child = path; child !== "/"; child = posix.dirname(child)) {
    const parent = posix.dirname(child);
    const seen = await find(list, parent, posix.basename(child));
    if (seen === undefined) continue;
    if (seen === "nothing") return "not-found";
    const isDirectory = seen.type === "directory";
    const asked = child === path ? wanted : "list";
    const fits = seen.type === "other" || seen.type === "link" || isDirectory === (asked === "list");
    return fits ? "permission" : "not-found";
  }
  return "permission";
}

/** Undefined where the directory can't be entered or read. */
async function find(
  list: List,
  directory: string,
  name: string,
): Promise<RemoteEntry | "nothing" | undefined> {
  try {
    let found: RemoteEntry | undefined;
    const look = (entries: readonly RemoteEntry[]) =>
      void (found ??= entries.find((entry) => entry.name === name));
    const { entries } = await list(directory, look);
    look(entries);
    return found ?? "nothing";
  } catch (error) {
    if (error instanceof FTPError && error.code !== 421) return undefined;
    if (error instanceof DaybookError && ["permission", "not-found"].includes(error.kind)) return undefined;
    throw error;
  }
}
