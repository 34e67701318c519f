import { DaybookError, type Inspector } from "@daybook/core";
import type { Rng } from "./rng.js";

const END = Buffer.from("7777");

/** Sizes where something changes: nothing, one byte, around the bytes compared on resume, more than is gathered at once. */
export function randomSize(rng: Rng): number {
  const roll = rng.next();
  if (roll < 0.04) return 0;
  if (roll < 0.08) return 1;
  if (roll < 0.5) return rng.int(2, 400);
  if (roll < 0.7) return 4096 + rng.int(-2, 2);
  if (roll < 0.975) return rng.int(401, 20_000);
  return rng.int(250_000, 600_000);
}

/** Bytes like no others. */
export function randomBytes(rng: Rng, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = rng.int(1, 2 ** 31);
  for (let at = 0; at < size; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** As an instrument writes it: with a mark at its end. */
export function sealed(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, END]);
}

export function isSealed(bytes: Uint8Array): boolean {
  return bytes.length >= END.length && END.equals(bytes.subarray(-END.length));
}

/** Accepts only what bears the mark. */
export const sealInspector: Inspector = {
  name: "seal",
  provesEnd: true,
  inspect: () => {
    let tail = Buffer.alloc(0);
    return {
      update: (chunk) => void (tail = Buffer.concat([tail, chunk.subarray(-4)]).subarray(-4)),
      end: () => {
        if (!isSealed(tail)) throw new DaybookError("bad-content", "it lacks the mark at its end");
      },
    };
  },
};
