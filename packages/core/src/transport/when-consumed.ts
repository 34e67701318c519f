import type { Readable } from "node:stream";

/**
 * Calls `action` once the reader of a `transient` stream is done with all of it. Its end alone doesn't tell: Node emits
 * "end" on a paused stream too, while the reader still works on the last chunk, for which it paused. Not called for a
 * stream that is destroyed, or never resumed.
 */
export function whenConsumed(stream: Readable, action: () => void): void {
  stream.once("end", () => {
    if (stream.isPaused()) stream.once("resume", action);
    else action();
  });
}
