import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Delivered, Delivery, Destination } from "../destination/destination.js";
import { DaybookError } from "../errors/daybook-error.js";
import { ContentCheck } from "../fetch/content-check.js";
import type { Inspector } from "../inspect/inspector.js";
import type { ForeignFile } from "./foreign-file.js";

/** A file of another tool, found on this machine. */
export interface Standing {
  /** Absolute; undefined where it lies at its final name already. */
  readonly from?: string;
  readonly size: number;
}

/** Looks for a file: at its place first, then where the tool may have put it. */
export async function findOnDisk(
  { places, size }: ForeignFile,
  location: string,
  destination: Destination,
): Promise<Standing | undefined> {
  // Another tool's file stands at no packed file's place: if one does, it shows when that is to be taken.
  const packed = destination.encodingOf(location) !== undefined;
  const there = packed ? undefined : await destination.stat(location);
  if (there && (size === undefined || there.size === size)) return { size: there.size };
  for (const from of places) {
    const found = await stat(from).catch(() => undefined);
    if (found?.isFile()) return { from, size: found.size };
  }
  return there && { size: there.size };
}

export interface BringOptions {
  readonly destination: Destination;
  readonly inspectors: readonly Inspector[];
  readonly delivery: Delivery & { readonly location: string };
  readonly file: ForeignFile;
  readonly standing: Standing;
  readonly hash: boolean;
  readonly dryRun: boolean;
}

/**
 * Makes sure that a file is whole and stands, durable, at its final name; the original is left where it is. Rejects with
 * "bad-content" where its bytes are not those the tool recorded or an inspector refuses them.
 */
export async function bringIn(options: BringOptions): Promise<Delivered & { sha256: string }> {
  const { destination, delivery, file, standing, dryRun } = options;
  const { location } = delivery;
  const { from, size } = standing;
  if (from === undefined) {
    const sha256 =
      options.hash || file.sha256 === undefined
        ? await checked(destination.read(location), options, () => undefined)
        : file.sha256;
    if (!dryRun) await destination.sync(location);
    return { location, size, sha256 };
  }
  const bytes = createReadStream(from, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>;
  if (dryRun) return { location, size, sha256: await checked(bytes, options, () => undefined) };
  const incoming = await destination.begin(delivery);
  try {
    if (incoming.kept > 0) await incoming.restart();
    const sha256 = await checked(bytes, options, (chunk) => incoming.write(chunk));
    return { ...(await incoming.commit({ replace: false })), sha256 };
  } catch (error) {
    await incoming.abort({ keep: false });
    throw error;
  }
}

/** Feeds every byte to hash, inspectors and `write`; the hash, if all is as it was recorded. */
async function checked(
  bytes: AsyncIterable<Uint8Array>,
  { inspectors, delivery, file, standing }: BringOptions,
  write: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<string> {
  const { observation } = delivery;
  const check = new ContentCheck(inspectors, { record: delivery, observation, size: standing.size });
  try {
    for await (const chunk of bytes) {
      await check.update(chunk);
      await write(chunk);
    }
    const sha256 = await check.end();
    if (check.bytes !== standing.size) throw bad("it changed while it was read");
    if (file.sha256 !== undefined && file.sha256 !== sha256)
      throw bad("its bytes are not those that were recorded");
    return sha256;
  } finally {
    check.drop();
  }
}

function bad(detail: string): DaybookError {
  return new DaybookError("bad-content", detail);
}
