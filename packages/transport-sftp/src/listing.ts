import type { Listing, RemoteEntry } from "@daybook/core";
import { DaybookError } from "@daybook/core";
import { abortable } from "./abortable.js";
import { clarify } from "./clarify.js";
import { at } from "./errors.js";
import type { SftpSession } from "./sftp-session.js";
import { typeOf } from "./wire.js";
import type { NamedEntry } from "./wire.js";

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
    const next = async () => {
      const batch = await abortable(session.readDirectory(handle), signal);
      if (batch === undefined) {
        ended = true;
        return;
      }
      empty = batch.length === 0 ? empty + 1 : 0;
      if (empty > MOST_EMPTY_REPLIES) throw new DaybookError("protocol", "the listing has no end");
      for (const entry of batch) {
        if (entry.name === "." || entry.name === "..") continue;
        // What isn't UTF-8 arrives damaged: a file of that name could never be asked for.
        if (entry.name.includes("\uFFFD")) unreadable.push(entry.line);
        else entries.push(toRemoteEntry(entry));
      }
    };
    const toTheEnd = async () => {
      while (!ended) await next();
    };
    // Most directories fit in one reply: that and the end are asked for together, and nothing for nothing.
    if (depth > 1) await Promise.all([next(), next()]);
    // Each goes on until it meets the end itself, so that a reply overtaken by the end isn't lost.
    if (!ended) await Promise.all(Array.from({ length: depth }, toTheEnd));
    return { entries, complete: true, ...(unreadable.length > 0 && { unreadable }) };
  } catch (error) {
    throw at(error, "list", path);
  } finally {
    session.closeHandle(handle);
  }
}

/** Links are "other": what they point to may lie anywhere, and can be listed or read under its own name. */
function toRemoteEntry({ name, line, size, mode, mtime }: NamedEntry): RemoteEntry {
  const modifiedAt = mtime === undefined ? undefined : new Date(mtime * 1000);
  return { name, type: typeOf(mode) ?? typeIn(line), size, modifiedAt };
}

/** Some servers send no mode, or only its permissions; the line meant for people then tells the type. */
function typeIn(line: string): RemoteEntry["type"] {
  return line.startsWith("-") ? "file" : line.startsWith("d") ? "directory" : "other";
}
