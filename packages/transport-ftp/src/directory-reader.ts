import { posix } from "node:path";
import { DaybookError } from "@daybook/core";
import type { Clock, Listing, RemoteEntry } from "@daybook/core";
import { FTPError } from "basic-ftp";
import { namesOf, wholeness } from "./ftp-listing.js";
import type { FtpSession } from "./ftp-session.js";
import { ListedTimes } from "./listed-times.js";
import type { ListingEvidence } from "./listing/evidence.js";
import type { ListedEntry } from "./listing/listed-entry.js";
import { ListingReader } from "./listing/listing-reader.js";
import type { ListingStyle } from "./listing/listing-reader.js";
import { mlsxTime } from "./listing/mlsx-time.js";
import type { NameCodec } from "./name-codec.js";
import type { ServerFacts } from "./server-facts.js";
import type { AskTime } from "./server-zone.js";

const MAX_NAMES_BYTES = 256 * 1024 * 1024;
// Directories known to be there that are remembered; to forget one costs a command.
const MOST_KNOWN = 10_000;
// What LIST could take for an option, a pattern or the end of the name.
const PLAIN_PATH = /^[\w/.:@+,=-]+$/;
const NO_FILES = /no (matching )?files|(directory|folder) (is )?empty|empty (directory|folder)/i;

export interface DirectoryReaderOptions {
  readonly clock: Clock;
  readonly server: ServerFacts;
  readonly codec: NameCodec;
}

interface Download {
  readonly entries: ListedEntry[];
  readonly evidence: ListingEvidence;
  readonly reply: string;
}

/** Directories of one server, as they are: servers that confuse empty, missing and forbidden are asked twice. */
export class DirectoryReader {
  readonly #options: DirectoryReaderOptions;
  readonly #times: ListedTimes;
  /** Directories that a listing has shown and that weren't listed since. */
  readonly #known = new Set<string>();
  #longest = 0;

  constructor(options: DirectoryReaderOptions) {
    this.#options = options;
    this.#times = new ListedTimes(options.clock);
  }

  /** Rejects with what the session rejects with. */
  async list(session: FtpSession, directory: string): Promise<Listing> {
    const mlsd = this.#options.server.features?.has("MLST") ?? false;
    try {
      const download = mlsd
        ? await this.#download(session, `MLSD ${directory}`, directory, "mlsd")
        : await this.#list(session, directory);
      if (mlsd && isBare(download.evidence)) await session.command(`CWD ${directory}`);
      const complete = await this.#isWhole(session, directory, download);
      const entries = await this.#withTimes(session, directory, download.entries);
      if (!mlsd) this.#remember(directory, entries);
      const unreadable = download.evidence.unreadableLines;
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
    if (known && !this.#options.server.has("no-list-options")) {
      const all = await this.#download(session, `LIST -a ${directory}`, directory, "list").catch(
        (error: unknown) => {
          if (error instanceof FTPError && error.code >= 500) return undefined;
          throw error;
        },
      );
      if (all?.evidence.showsSelf && all.evidence.showsParent) return all;
    }
    await session.command(`CWD ${directory}`);
    return this.#downloadPlain(session, directory);
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
  async #downloadPlain(session: FtpSession, directory: string): Promise<Download> {
    const { server } = this.#options;
    if (!server.has("no-list-options")) {
      try {
        const all = await this.#download(session, "LIST -a", directory, "list");
        if (!isBare(all.evidence)) return all;
      } catch (error) {
        if (!(error instanceof FTPError) || error.code < 500) throw error;
      }
    }
    const plain = await this.#download(session, "LIST", directory, "list");
    if (!isBare(plain.evidence)) server.learn("no-list-options");
    return plain;
  }

  async #download(
    session: FtpSession,
    command: string,
    directory: string,
    style: ListingStyle,
  ): Promise<Download> {
    const reader = new ListingReader({
      style,
      directory,
      now: this.#options.clock.now(),
      codec: this.#options.codec,
    });
    const entries: ListedEntry[] = [];
    const reply = await this.#receive(session, command, (chunk) => {
      for (const entry of reader.push(chunk)) entries.push(entry);
      if (reader.full) throw new DaybookError("protocol", "the listing is longer than one can be");
    });
    const evidence = reader.end();
    const last = evidence.unfinished?.entry;
    if (last !== undefined) entries.push(last);
    return { entries, evidence, reply };
  }

  async #receive(session: FtpSession, command: string, take: (chunk: Buffer) => void): Promise<string> {
    const stream = await session.transfer(command, {
      what: "the listing",
      trial: true,
      translate: (error) => error as Error,
      onSettled: (clean) => {
        if (!clean) session.close();
      },
    });
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_NAMES_BYTES) {
        throw new DaybookError("protocol", `the listing is longer than ${MAX_NAMES_BYTES} bytes`);
      }
      take(chunk);
    }
    return stream.reply;
  }

  /** Suspicion is cleared by another command that shows no other names. */
  async #isWhole(
    session: FtpSession,
    directory: string,
    { entries, evidence, reply }: Download,
  ): Promise<boolean> {
    const verdict = wholeness(evidence, reply, this.#longest);
    this.#longest = Math.max(this.#longest, evidence.lines);
    if (verdict !== "suspicious") return verdict === "whole";
    try {
      await session.command(`CWD ${directory}`);
      const chunks: Buffer[] = [];
      await this.#receive(session, "NLST", (chunk) => chunks.push(chunk));
      const known = new Set(entries.map(({ name }) => name));
      return namesOf(Buffer.concat(chunks), this.#options.codec).every((name) => known.has(name));
    } catch (error) {
      if (error instanceof FTPError && error.code !== 421) return false;
      throw error;
    }
  }

  async #withTimes(session: FtpSession, directory: string, listed: ListedEntry[]): Promise<RemoteEntry[]> {
    const ask: AskTime = async (name) => {
      try {
        const { message } = await session.command(`MDTM ${posix.join(directory, name)}`);
        return mlsxTime(message.slice(4).trim()) ?? "refused";
      } catch (error) {
        if (!(error instanceof FTPError) || error.code === 421) throw error;
        return [500, 502, 504].includes(error.code) ? "unsupported" : "refused";
      }
    };
    return (await this.#times.resolve(listed, ask)).map((entry) =>
      entry.type === "link" ? { ...entry, type: "other" } : entry,
    );
  }
}

/** Whether it named nothing, not even the directory itself. */
function isBare({ entries, unfinished, showsSelf, showsParent }: ListingEvidence): boolean {
  return entries === 0 && unfinished?.entry === undefined && !showsSelf && !showsParent;
}
