import type { Listing, RemoteEntry } from "@daybook/core";
import { DaybookError } from "@daybook/core";
import type { FileEntryWithStats } from "ssh2";
import { abortable } from "./abortable.js";
import { clarify } from "./clarify.js";
import { at } from "./errors.js";
import type { SftpSession } from "./sftp-session.js";

const FORMAT = 0o170000;
const TYPES: Readonly<Record<number, RemoteEntry["type"]>> = { 0o100000: "file", 0o040000: "directory" };

/** A server that goes on without entries and without an end is given up after so many replies. */
const MOST_EMPTY_REPLIES = 100;

/** Lists a directory, with `depth` requests for entries under way at once. */
export async function listDirectory(
  session: SftpSession,
  path: string,
  { depth, signal }: { depth: number; signal?: AbortSignal },
): Promise<Listing> {
  let handle: Buffer;
  try {
    handle = await abortable(session.openDirectory(path), signal, (late) => session.closeHandle(late));
  } catch (error) {
    throw await clarify(session, error, { operation: "list", path });
  }
  try {
    const entries: RemoteEntry[] = [];
    const unreadable: string[] = [];
    let ended = false;
    let empty = 0;
    const ask = async () => {
      while (!ended) {
        const batch = await abortable(session.readDirectory(handle), signal);
        if (batch === undefined) {
          ended = true;
          return;
        }
        empty = batch.length === 0 ? empty + 1 : 0;
        if (empty > MOST_EMPTY_REPLIES) throw new DaybookError("protocol", "the listing has no end");
        for (const entry of batch) {
          // What isn't UTF-8 arrives damaged: a file of that name could never be asked for.
          if (entry.filename.includes("\uFFFD")) unreadable.push(entry.longname);
          else entries.push(toRemoteEntry(entry));
        }
      }
    };
    // Each goes on until it meets the end itself, so that a reply overtaken by the end isn't lost.
    await Promise.all(Array.from({ length: depth }, ask));
    return { entries, complete: true, ...(unreadable.length > 0 && { unreadable }) };
  } catch (error) {
    throw at(error, "list", path);
  } finally {
    session.closeHandle(handle);
  }
}

/** Links are "other": what they point to may lie anywhere, and can be listed or read under its own name. */
function toRemoteEntry({ filename, longname, attrs }: FileEntryWithStats): RemoteEntry {
  return {
    name: filename,
    type: TYPES[(attrs.mode ?? 0) & FORMAT] ?? typeIn(longname, attrs.mode),
    size: attrs.size,
    modifiedAt: attrs.mtime === undefined ? undefined : new Date(attrs.mtime * 1000),
  };
}

/** Some servers send no mode, or only its permissions; the line meant for people then tells the type. */
function typeIn(longname: string, mode: number | undefined): RemoteEntry["type"] {
  if (((mode ?? 0) & FORMAT) !== 0) return "other";
  return longname.startsWith("-") ? "file" : longname.startsWith("d") ? "directory" : "other";
}
