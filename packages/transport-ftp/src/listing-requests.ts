import { posix } from "node:path";
import { DaybookError } from "@daybook/core";
import type { Clock, NameCodec } from "@daybook/core";
import { FTPError } from "basic-ftp";
import type { EntryCollector } from "./entry-collector.js";
import { errorKind, wireOf } from "./errors.js";
import type { FtpSession } from "./ftp-session.js";
import type { ListingEvidence } from "./listing/evidence.js";
import type { ListedEntry } from "./listing/listed-entry.js";
import { ListingReader } from "./listing/listing-reader.js";
import type { ListingStyle } from "./listing/listing-reader.js";
import { mlsxTime } from "./listing/mlsx-time.js";
import { NameList } from "./listing/name-list.js";

/** A listing as it was downloaded. */
export interface Download {
  readonly evidence: ListingEvidence;
  readonly reply: string;
  readonly collected: EntryCollector;
}

export interface ListingRequestsOptions {
  readonly clock: Clock;
  readonly codec: NameCodec;
}

const MOST_NAME_BYTES = 64 * 1024 * 1024;
/** Names that are asked about one by one. */
const MOST_ASKED = 500;

/** The commands that show what a directory holds, on one session. Reject with what the session rejects with. */
export class ListingRequests {
  readonly #options: ListingRequestsOptions;

  constructor(options: ListingRequestsOptions) {
    this.#options = options;
  }

  async download(
    session: FtpSession,
    command: string,
    { directory, style, collected }: { directory: string; style: ListingStyle; collected: EntryCollector },
  ): Promise<Download> {
    const { clock, codec } = this.#options;
    const reader = new ListingReader({ style, directory, now: clock.now(), codec });
    const reply = await this.#receive(session, command, async (chunk) => {
      await collected.add(reader.push(chunk));
      // What is behind the limit isn't waited for.
      if (reader.full) session.close();
    }).catch((error: unknown) => {
      if (reader.full) return "";
      throw reader.end().lines > 0 ? contradiction(error, directory) : error;
    });
    const evidence = reader.end();
    const last = evidence.unfinished?.entry;
    if (last !== undefined) await collected.add([last]);
    return { evidence, reply, collected };
  }

  /** The names in the working directory. Undefined where one of them can't be read. */
  async names(session: FtpSession, directory = ""): Promise<string[] | undefined> {
    const list = new NameList({ codec: this.#options.codec, limits: { bytes: MOST_NAME_BYTES } });
    await this.#receive(session, `NLST ${directory}`.trimEnd(), (chunk) => {
      list.push(chunk);
      if (list.full) throw new DaybookError("protocol", "the listing is longer than can be read");
    });
    return list.end();
  }

  /** What the working directory holds, asked about name by name. Undefined where there are too many, or none. */
  async oneByOne(session: FtpSession, directory: string): Promise<ListedEntry[] | undefined> {
    await session.command(`CWD ${directory}`);
    const names = await this.names(session);
    if (names === undefined || names.length === 0 || names.length > MOST_ASKED) return undefined;
    const entries: ListedEntry[] = [];
    for (const name of names) {
      const entry = await this.describe(session, posix.join(directory, name));
      if (entry === undefined) return undefined;
      entries.push(entry);
    }
    return entries;
  }

  /** A path by SIZE and MDTM, or as a directory that can be entered. Undefined where it is neither. */
  async describe(session: FtpSession, path: string): Promise<ListedEntry | undefined> {
    const name = posix.basename(path);
    const size = await this.#ask(session, `SIZE ${path}`);
    if (size === undefined) {
      const entered = await this.#ask(session, `CWD ${path}`);
      return entered === undefined ? undefined : { name, type: "directory" };
    }
    const bytes = /^\d{1,16}$/.test(size) ? Number(size) : NaN;
    const time = await this.#ask(session, `MDTM ${path}`);
    return {
      name,
      type: "file",
      ...(Number.isSafeInteger(bytes) && { size: bytes }),
      ...(time !== undefined && { modifiedAt: mlsxTime(time) }),
    };
  }

  async #ask(session: FtpSession, command: string): Promise<string | undefined> {
    try {
      return (await session.command(command)).message.slice(4).trim();
    } catch (error) {
      if (error instanceof FTPError && error.code !== 421) return undefined;
      throw error;
    }
  }

  async #receive(
    session: FtpSession,
    command: string,
    take: (chunk: Buffer) => void | Promise<void>,
  ): Promise<string> {
    const stream = await session.transfer(command, {
      what: "the listing",
      trial: true,
      translate: (error) => error as Error,
      onSettled: (clean) => {
        if (!clean) session.close();
      },
    });
    for await (const chunk of stream as AsyncIterable<Buffer>) await take(chunk);
    return stream.reply;
  }
}

/** A server that shows a directory and then says that it isn't there, or is forbidden, has said neither. */
function contradiction(error: unknown, path: string): unknown {
  const wire = { ...wireOf(error), phase: "list", path } as const;
  const kind = error instanceof FTPError ? errorKind(wire) : "network";
  if (kind !== undefined && kind !== "not-found" && kind !== "permission") return error;
  return new DaybookError("cut-short", `its listing came, and was then refused: ${wire.text}`);
}
