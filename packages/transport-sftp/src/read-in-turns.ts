import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** What is decrypted at once at most: some milliseconds' work. */
const MOST = 128 * 1024;

/**
 * Lets others have their turn between what a fast line brings: Node reads a socket up to 32 times in a row while there is
 * more, and 2 MB to decrypt hold the event loop up for tens of milliseconds.
 */
export function readInTurns(stream: Duplex): void {
  // A channel through a jump host comes by the jump host's socket, which is read in turns.
  if (!(stream instanceof Socket)) return;
  let taken = 0;
  let turn: NodeJS.Immediate | undefined;
  stream.on("data", (chunk: Buffer) => {
    taken += chunk.length;
    turn ??= setImmediate(() => {
      turn = undefined;
      if (taken >= MOST) stream.resume();
      taken = 0;
    });
    if (taken >= MOST) stream.pause();
  });
}
