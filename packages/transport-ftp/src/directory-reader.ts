import { posix } from "node:path";
import { DaybookError } from "@daybook/core";
import type { Clock, Listing, RemoteEntry } from "@daybook/core";
import { FTPError } from "basic-ftp";
import type { ServerFacts } from "./data-connection.js";
import { ListingParser, mayBeCutOff, mlsdTime } from "./ftp-listing.js";
import type { ListedEntry, ParsedListing } from "./ftp-listing.js";
import type { FtpSession } from "./ftp-session.js";
import { ServerZone } from "./list-times.js";

// A listing is parsed as it comes, so this bounds the entries, about two million, and not a buffer.
const MAX_LISTING_BYTES = 256 * 1024 * 1024;
const NO_FILES = /no (matching )?files|(directory|folder) (is )?empty|empty (directory|folder)/i;

export interface DirectoryReaderOptions {
  readonly clock: Clock;
  readonly server: ServerFacts;
  readonly trusted: boolean;
}

/** Directories of one server, as they are: servers that confuse empty, missing and forbidden are asked twice. */
export class DirectoryReader {
  readonly #options: DirectoryReaderOptions;
  readonly #zone = new ServerZone();
  #longest = 0;

  constructor(options: DirectoryReaderOptions) {
    this.#options = options;
  }

  /** Rejects with what the session rejects with. */
  async list(session: FtpSession, directory: string): Promise<Listing> {
    const mlsd = this.#options.server.features?.has("MLST") ?? false;
    // LIST takes what follows for options and patterns, and vsftpd lists what is missing as empty: go there first.
    if (!mlsd) await session.command(`CWD ${directory}`);
    try {
      const { parsed, reply } = await this.#download(session, mlsd ? `MLSD ${directory}` : "LIST", mlsd);
      if (mlsd && parsed.names === 0) await session.command(`CWD ${directory}`);
      const complete = !mayBeCutOff(parsed, reply, {
        longest: this.#longest,
        trusted: this.#options.trusted,
      });
      this.#longest = Math.max(this.#longest, parsed.names + parsed.unreadable.length);
      const entries = mlsd ? parsed.entries : await this.#withTimes(session, directory, parsed.entries);
      return parsed.unreadable.length > 0
        ? { entries, complete, unreadable: parsed.unreadable }
        : { entries, complete };
    } catch (error) {
      if (!(error instanceof FTPError) || !NO_FILES.test(error.message.replaceAll(directory, "")))
        throw error;
      await session.command(`CWD ${directory}`);
      return { entries: [], complete: true };
    }
  }

  /** What a bare "failed" about a path means: whether its name shows in the nearest directory above that can be entered. */
  async lookAround(
    session: FtpSession,
    path: string,
    wanted: "list" | "read",
  ): Promise<"not-found" | "permission"> {
    for (let child = path; child !== "/"; child = posix.dirname(child)) {
      const parent = posix.dirname(child);
      const seen = await this.#find(session, parent, posix.basename(child));
      if (seen === undefined) continue;
      if (seen === "nothing") return "not-found";
      const isDirectory = seen.type === "directory";
      const asked = child === path ? wanted : "list";
      const fits = seen.type === "other" || isDirectory === (asked === "list");
      return fits ? "permission" : "not-found";
    }
    return "permission";
  }

  /** Undefined where the directory can't be entered or read. */
  async #find(
    session: FtpSession,
    directory: string,
    name: string,
  ): Promise<RemoteEntry | "nothing" | undefined> {
    try {
      const { entries } = await this.list(session, directory);
      return entries.find((entry) => entry.name === name) ?? "nothing";
    } catch (error) {
      if (error instanceof FTPError && error.code !== 421) return undefined;
      throw error;
    }
  }

  async #download(
    session: FtpSession,
    command: string,
    mlsd: boolean,
  ): Promise<{ parsed: ParsedListing; reply: string }> {
    const parser = new ListingParser(mlsd ? "mlsd" : "list", this.#options.clock.now());
    const stream = await session.transfer(command, {
      translate: (error) => error as Error,
      onSettled: (clean) => {
        if (!clean) session.close();
      },
    });
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_LISTING_BYTES) {
        throw new DaybookError("protocol", `the listing is longer than ${MAX_LISTING_BYTES} bytes`);
      }
      parser.push(chunk);
    }
    return { parsed: parser.end(), reply: stream.reply };
  }

  async #withTimes(session: FtpSession, directory: string, listed: ListedEntry[]): Promise<RemoteEntry[]> {
    const ask = async (name: string) => {
      try {
        const { message } = await session.command(`MDTM ${posix.join(directory, name)}`);
        return mlsdTime(message.slice(4).trim());
      } catch (error) {
        if (error instanceof FTPError && error.code !== 421) return undefined;
        throw error;
      }
    };
    const entries: RemoteEntry[] = [];
    for (const { listed: time, ...entry } of listed) {
      const known = entry.type === "file" && time !== undefined;
      entries.push(known ? { ...entry, modifiedAt: await this.#zone.toUtc(entry.name, time, ask) } : entry);
    }
    return entries;
  }
}
