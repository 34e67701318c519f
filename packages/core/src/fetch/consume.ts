import type { Readable } from "node:stream";
import { DaybookError } from "../errors/daybook-error.js";

/**
 * Hands a stream's chunks to `take`, waiting where it says so; resolves at the stream's end. If `take` fails the stream
 * is destroyed. Events instead of an async iterator: most streams here are one or two chunks long.
 */
export function consume(
  stream: Readable,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let ended = false;
    /** What the last chunk waits for: the end may be told while it is still being written. */
    let busy: Promise<void> | undefined;
    const fail = (error: unknown) => {
      reject(error);
      stream.destroy();
    };
    stream.on("data", (chunk: Uint8Array) => {
      try {
        const room = take(chunk);
        if (room === undefined) return;
        stream.pause();
        busy = room;
        room.then(() => {
          busy = undefined;
          stream.resume();
          if (ended) resolve();
        }, fail);
      } catch (error) {
        fail(error);
      }
    });
    stream.on("end", () => {
      ended = true;
      if (busy === undefined) resolve();
    });
    stream.on("error", reject);
    stream.on("close", () => {
      // An error is not made for nothing: its stack costs more than a small file's other steps.
      if (!ended) reject(new DaybookError("cut-short", "the stream closed before its end"));
    });
  });
}
