import { posix } from "node:path";
import type { Clock, Listing, ListOptions, NameCodec, RemoteEntry } from "@daybook/core";
import { FTPError } from "basic-ftp";
import { EntryCollector } from "./entry-collector.js";
import type { FtpSession } from "./ftp-session.js";
import { ListedTimes } from "./listed-times.js";
import { mlsxTime } from "./listing/mlsx-time.js";
import type { ListedEntry } from "./listing/listed-entry.js";
import { ListingRequests } from "./listing-requests.js";
import type { Download } from "./listing-requests.js";
import { verdictOf } from "./listing-verdict.js";
import type { Verdict } from "./listing-verdict.js";
import { lookAround } from "./look-around.js";
import { Attempts, refusal, waysFor } from "./listing-ways.js";
import type { Way } from "./listing-ways.js";
import { PathEcho } from "./path-echo.js";
import type { ServerFacts } from "./server-facts.js";
import type { AskTime } from "./server-zone.js";

// Directories known to be there that are remembered; to forget one costs a command.
const MOST_KNOWN = 10_000;
// What LIST could take for an option, a pattern or the end of the name.
const PLAIN_PATH = /^[\w/.:@+,=-]+$/;
const NO_FILES =
  /\bno (?:matching )?files\b|\b(?:directory|folder) (?:is )?empty\b|\bempty (?:directory|folder)\b/i;

export interface DirectoryReaderOptions {
  readonly clock: Clock;
  readonly server: ServerFacts;
  readonly codec: NameCodec;
  /** Listings of round numbers are whole. */
  readonly trustListings: boolean;
}

type Take = ListOptions["take"];

/** One call. */
interface Visit {
  readonly session: FtpSession;
  readonly directory: string;
  readonly take: Take;
  /** Whether the session is in the directory. */
  entered: boolean;
}

interface Doubt {
  readonly verdict: Verdict & { readonly is: "doubtful" };
  readonly download: Download;
  readonly way: Way;
}

/** Directories of one server, as they are: servers that confuse empty, missing and forbidden are asked twice. */
export class DirectoryReader {
  readonly #options: DirectoryReaderOptions;
  readonly #requests: ListingRequests;
  readonly #times: ListedTimes;
  readonly #echo = new PathEcho();
  /** Directories that a listing has shown and that weren't listed since. */
  readonly #known = new Set<string>();
  #longest = 0;

  constructor(options: DirectoryReaderOptions) {
    this.#options = options;
    this.#requests = new ListingRequests(options);
    this.#times = new ListedTimes(options.clock);
  }

  /** Rejects with what the session rejects with, or with what a listing says of itself. */
  async list(session: FtpSession, directory: string, take?: Take): Promise<Listing> {
    const { server } = this.#options;
    const shown = this.#known.delete(directory) && PLAIN_PATH.test(directory);
    const attempts = new Attempts(directory);
    const visit: Visit = { session, directory, take, entered: false };
    let doubt: Doubt | undefined;
    for (const way of waysFor(server, { shown })) {
      if (!attempts.may(way)) continue;
      try {
        if (!way.path && !(await this.#enter(visit, attempts))) continue;
        const download = await this.#ask(visit, way);
        const verdict = await this.#judge(visit, way, download);
        if (verdict === undefined) {
          attempts.strange = true;
          continue;
        }
        if (verdict.is === "missing" || verdict.is === "refused") throw refusal(verdict);
        if (verdict.is !== "doubtful") {
          this.#learnFrom(way, download, attempts, visit, doubt);
          return await this.#listing(visit, download, verdict);
        }
        doubt ??= { verdict, download, way };
        attempts.doubts();
      } catch (error) {
        if (error instanceof Answer) throw error.cause;
        if (!(error instanceof FTPError) || error.code === 421) throw error;
        if (NO_FILES.test(error.message.replaceAll(directory, ""))) {
          if (!visit.entered) await session.command(`CWD ${directory}`);
          return { entries: [], complete: true };
        }
        attempts.refused(error, way);
      }
    }
    if (doubt === undefined) throw attempts.failure;
    return this.#doubtful(visit, doubt);
  }

  /** What a bare "failed" about a path means: whether its name shows in the nearest directory above that can be entered. */
  lookAround(
    session: FtpSession,
    path: string,
    wanted: "list" | "read",
  ): Promise<"not-found" | "permission"> {
    return lookAround((directory, take) => this.list(session, directory, take), path, wanted);
  }

  /** What a path leads to, links followed. */
  async stat(session: FtpSession, path: string): Promise<RemoteEntry> {
    const found = await this.#requests.describe(session, path);
    if (found !== undefined) return found;
    // Its own words say more than ours: that is what a reading of it would be answered.
    await session.command(`CWD ${path}`);
    return { name: posix.basename(path), type: "directory" };
  }

  /** Goes to the directory; false where the server can't. Throws where that is the answer. */
  async #enter(visit: Visit, attempts: Attempts): Promise<boolean> {
    if (visit.entered) return true;
    try {
      await visit.session.command(`CWD ${visit.directory}`);
    } catch (error) {
      if (!(error instanceof FTPError) || error.code === 421) throw error;
      try {
        attempts.cannotEnter(error);
        return false;
      } catch (answer) {
        throw new Answer(answer);
      }
    }
    return (visit.entered = true);
  }

  async #ask({ session, directory, take }: Visit, way: Way): Promise<Download> {
    const collected = new EntryCollector({
      take,
      settle: (entries) => this.#times.settle(entries),
      onBatch: (entries) => this.#remember(directory, entries),
    });
    const command = way.path ? `${way.command} ${directory}` : way.command;
    return this.#requests.download(session, command, { directory, style: way.style, collected });
  }

  /** Undefined where it says nothing, and the next way does. */
  async #judge(visit: Visit, way: Way, download: Download): Promise<Verdict | undefined> {
    const { session, directory } = visit;
    const { evidence, reply, collected } = download;
    const { digest, showsSelf, showsParent } = evidence;
    let echo: string | undefined;
    if (way.path) echo = this.#echo.suspicion(session, directory, digest, collected.names);
    else this.#echo.enteredAs(session, directory, digest);
    const longest = this.#longest;
    this.#longest = Math.max(longest, evidence.lines);
    const lastIsThere = await this.#isThere(visit, evidence.unfinished?.entry, collected);
    const trusted = this.#options.trustListings;
    const verdict = verdictOf(evidence, reply, { directory, longest, echo, lastIsThere, trusted });
    const isBare = verdict.is === "empty" && !showsSelf && !showsParent;
    if (way.command === "LIST -a") {
      // One that takes "-a" for a name finds nothing of that name; the path behind it is taken for a pattern, too.
      const strange = way.path ? !showsSelf || !showsParent : isBare;
      return strange && (verdict.is === "entries" || verdict.is === "empty") ? undefined : verdict;
    }
    if (!isBare || !way.path) return verdict;
    if (way.command === "MLSD") {
      await session.command(`CWD ${directory}`);
      visit.entered = true;
      return verdict;
    }
    const seen = await this.lookAround(session, directory, "list");
    return seen === "permission" ? verdict : { is: "missing", reason: reply };
  }

  /** Whether the entry of an unfinished line is there as it is listed, and isn't half the name of another one. */
  async #isThere(visit: Visit, last: ListedEntry | undefined, { names }: EntryCollector): Promise<boolean> {
    // It is among the names, too.
    if (last === undefined || names?.indexOf(last.name) !== names?.lastIndexOf(last.name)) return false;
    visit.entered = false;
    const there = await this.#requests.describe(visit.session, posix.join(visit.directory, last.name));
    return there !== undefined && (last.size === undefined || there.size === last.size);
  }

  /** What was another way's success is the first one's next time. */
  #learnFrom(
    way: Way,
    { evidence }: Download,
    attempts: Attempts,
    visit: Visit,
    doubt: Doubt | undefined,
  ): void {
    const { server } = this.#options;
    if (way.command === "LIST" && attempts.strange && doubt === undefined && evidence.entries > 0) {
      // Refused for now only, it may be taken the next time.
      if ((attempts.failure?.code ?? 500) >= 500) server.learn("no-list-options");
      else server.suspect("no-list-options");
    }
    if (way.path) return;
    if (doubt?.way.path && doubt.download.evidence.digest === evidence.digest) this.#echo.clear();
    else if (
      doubt?.way.path ||
      (way.command === "MLSD" && attempts.failure && PLAIN_PATH.test(visit.directory))
    )
      server.learn("lists-where-it-is");
  }

  async #listing(visit: Visit, { evidence, collected }: Download, verdict: Verdict): Promise<Listing> {
    const cut = verdict.is === "cut-off" ? verdict.reason : undefined;
    const unreadable = evidence.unreadableLines;
    const complete = cut === undefined && (verdict.is !== "round" || (await this.#confirm(visit, collected)));
    const entries = await collected.finish(await this.#withTimes(visit, collected));
    return {
      entries,
      complete,
      ...(unreadable.length > 0 && { unreadable }),
      ...(cut !== undefined && { reason: cut }),
    };
  }

  /** All ways have led to doubt: what was seen, and at last name by name. */
  async #doubtful(visit: Visit, { verdict, download }: Doubt): Promise<Listing> {
    const { evidence, collected } = download;
    let found: RemoteEntry[] | undefined;
    try {
      found = await this.#requests.oneByOne(visit.session, visit.directory);
    } catch (error) {
      if (!(error instanceof FTPError) || error.code === 421) throw error;
    }
    // A server that breaks off one listing may well have broken off this one.
    if (found !== undefined && !verdict.cut) return { entries: found, complete: true };
    // Names of another folder are nobody's here.
    const ours = evidence.namesElsewhere === 0 && evidence.elsewhere.length === 0;
    const entries = found ?? (ours ? await this.#withTimes(visit, collected) : []);
    const unreadable = evidence.unreadableLines;
    return {
      entries: await collected.finish(entries),
      complete: false,
      reason: `its listing can't be believed: ${verdict.reason}`,
      evidence: evidence.sample,
      ...(unreadable.length > 0 && { unreadable }),
    };
  }

  /** Whether another command shows no other names. */
  async #confirm({ session, directory }: Visit, { names }: EntryCollector): Promise<boolean> {
    try {
      await session.command(`CWD ${directory}`);
      const known = new Set(names);
      const all = await this.#requests.names(session);
      return all?.every((name) => known.has(name)) ?? false;
    } catch (error) {
      if (error instanceof FTPError && error.code !== 421) return false;
      throw error;
    }
  }

  #remember(directory: string, entries: readonly RemoteEntry[]): void {
    if (this.#options.server.features?.has("MLST")) return;
    if (this.#known.size + entries.length > MOST_KNOWN) this.#known.clear();
    for (const { name, type } of entries)
      if (type === "directory" && this.#known.size < MOST_KNOWN) this.#known.add(posix.join(directory, name));
  }

  async #withTimes({ session, directory }: Visit, { held }: EntryCollector): Promise<RemoteEntry[]> {
    const ask: AskTime = async (name) => {
      if (!session.usable) return "refused";
      try {
        const { message } = await session.command(`MDTM ${posix.join(directory, name)}`);
        return mlsxTime(message.slice(4).trim()) ?? "refused";
      } catch (error) {
        if (!(error instanceof FTPError) || error.code === 421) throw error;
        return [500, 502, 504].includes(error.code) ? "unsupported" : "refused";
      }
    };
    return this.#times.resolve(held, ask);
  }
}

/** What there is to say, whatever other ways are left. */
class Answer extends Error {
  constructor(cause: unknown) {
    super("", { cause });
  }
}
