import { posix } from "node:path";
import { setImmediate } from "node:timers/promises";
import { DaybookError } from "@daybook/core";
import type { Clock, Listing, RemoteEntry } from "@daybook/core";
import { FTPError } from "basic-ftp";
import type { ServerFacts } from "./data-connection.js";
import { ListingParser, mlsdTime, namesOf, wholeness } from "./ftp-listing.js";
import type { ListedEntry, ListingStyle, ParsedListing } from "./ftp-listing.js";
import type { FtpSession } from "./ftp-session.js";
import { ServerZone } from "./list-times.js";

// A listing is parsed as it comes, so this bounds the entries, about two million, and not a buffer.
const MAX_LISTING_BYTES = 256 * 1024 * 1024;
// Directories known to be there that are remembered; to forget one costs a command.
const MOST_KNOWN = 10_000;
// What LIST could take for an option, a pattern or the end of the name.
const PLAIN_PATH = /^[\w/.:@+,=-]+$/;
const NO_FILES = /no (matching )?files|(directory|folder) (is )?empty|empty (directory|folder)/i;

export interface DirectoryReaderOptions {
  readonly clock: Clock;
  readonly server: ServerFacts;
}

interface Download {
  readonly parsed: ParsedListing;
  readonly reply: string;
}

/** Directories of one server, as they are: servers that confuse empty, missing and forbidden are asked twice. */
export class DirectoryReader {
  readonly #options: DirectoryReaderOptions;
  readonly #zone = new ServerZone();
  /** Directories that a listing has shown and that weren't listed since. */
  readonly #known = new Set<string>();
  #longest = 0;

  constructor(options: DirectoryReaderOptions) {
    this.#options = options;
  }

  /** Rejects with what the session rejects with. */
  async list(session: FtpSession, directory: string): Promise<Listing> {
    const mlsd = this.#options.server.features?.has("MLST") ?? false;
    try {
      const { parsed, reply } = mlsd
        ? await this.#download(session, `MLSD ${directory}`, "mlsd")
        : await this.#list(session, directory);
      if (mlsd && parsed.names === 0) await session.command(`CWD ${directory}`);
      const { unreadable } = parsed;
      const complete = await this.#isWhole(session, directory, parsed, reply);
      const entries = mlsd ? parsed.entries : await this.#withTimes(session, directory, parsed.entries);
      if (!mlsd) this.#remember(directory, entries);
      return unreadable.length > 0 ? { entries, complete, unreadable } : { entries, complete };
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

  /**
   * LIST takes what follows for options and patterns, and vsftpd lists what is missing as empty: so it is gone there
   * first, but for a plain name that is known to be a directory, and shown to be one by the listing.
   */
  async #list(session: FtpSession, directory: string): Promise<Download> {
    const known = this.#known.delete(directory) && PLAIN_PATH.test(directory);
    if (known && !this.#options.server.takesNoOptions) {
      const all = await this.#download(session, `LIST -a ${directory}`, "list").catch((error: unknown) => {
        if (error instanceof FTPError && error.code >= 500) return undefined;
        throw error;
      });
      if (all?.parsed.itself) return all;
    }
    await session.command(`CWD ${directory}`);
    return this.#downloadPlain(session);
  }

  #remember(directory: string, entries: readonly RemoteEntry[]): void {
    if (this.#known.size + entries.length > MOST_KNOWN) this.#known.clear();
    for (const { name, type } of entries)
      if (type === "directory" && this.#known.size < MOST_KNOWN) this.#known.add(posix.join(directory, name));
  }

  /**
   * With hidden files where the server shows them. One that takes "-a" for a name, and finds nothing of that name, is
   * told by the missing "." and "..".
   */
  async #downloadPlain(session: FtpSession): Promise<Download> {
    const { server } = this.#options;
    if (!server.takesNoOptions) {
      try {
        const all = await this.#download(session, "LIST -a", "list");
        if (all.parsed.names > 0) return all;
      } catch (error) {
        if (!(error instanceof FTPError) || error.code < 500) throw error;
      }
    }
    const plain = await this.#download(session, "LIST", "list");
    if (plain.parsed.names > 0) server.takesNoOptions = true;
    return plain;
  }

  async #download(session: FtpSession, command: string, style: ListingStyle): Promise<Download> {
    const parser = new ListingParser(style, this.#options.clock.now());
    const reply = await this.#receive(session, command, (chunk) => parser.push(chunk));
    return { parsed: parser.end(), reply };
  }

  async #receive(session: FtpSession, command: string, take: (chunk: Buffer) => void): Promise<string> {
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
      take(chunk);
    }
    return stream.reply;
  }

  /** Suspicion is cleared by another command that shows no other names. */
  async #isWhole(
    session: FtpSession,
    directory: string,
    parsed: ParsedListing,
    reply: string,
  ): Promise<boolean> {
    const lines = parsed.names + parsed.unreadable.length;
    const verdict = wholeness(parsed, reply, this.#longest);
    this.#longest = Math.max(this.#longest, lines);
    if (verdict !== "suspicious") return verdict === "whole";
    try {
      await session.command(`CWD ${directory}`);
      const chunks: Buffer[] = [];
      await this.#receive(session, "NLST", (chunk) => chunks.push(chunk));
      const known = new Set(parsed.entries.map(({ name }) => name));
      return namesOf(Buffer.concat(chunks)).every((name) => known.has(name));
    } catch (error) {
      if (error instanceof FTPError && error.code !== 421) return false;
      throw error;
    }
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
      // A huge listing must not hold up everything else.
      if (entries.length % 2000 === 1999) await setImmediate();
      if (entry.type !== "file" || time === undefined) {
        entries.push(entry);
      } else {
        if (!this.#zone.knows(time)) await this.#zone.measure(entry.name, time, ask);
        entries.push({ ...entry, modifiedAt: this.#zone.toUtc(time) });
      }
    }
    return entries;
  }
}
