import { pipeline, Readable } from "node:stream";
import { DaybookError, isDaybookError } from "../errors/daybook-error.js";
import { codecOf } from "./codec.js";

/** The bytes as they were sent. What can't be unpacked rejects with kind "bad-content". */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
): AsyncIterable<Uint8Array> {
  if (encoding === undefined) return void (yield* bytes);
  const unpack = codecOf(encoding).unpack();
  const source = Readable.from(bytes, { objectMode: false });
  // What goes wrong arrives at the reader.
  pipeline(source, unpack, () => undefined);
  try {
    yield* unpack as AsyncIterable<Buffer>;
  } catch (error) {
    if (isDaybookError(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("Z_") || code?.startsWith("ERR_ZSTD") || code?.startsWith("ZSTD"))
      throw new DaybookError("bad-content", `it can't be unpacked: ${message}`, { cause: error });
    throw error;
  }
}
