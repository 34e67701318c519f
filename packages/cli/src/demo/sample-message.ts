const LEAST = 12;

/** Bytes framed as a BUFR message, edition 4: its length in section 0, `7777` at the end, nothing sensible between. */
export function sampleMessage(size: number, seed: number): Uint8Array {
  const bytes = Buffer.alloc(Math.max(LEAST, size));
  let state = seed;
  for (let i = 0; i < bytes.length; i++) {
    // A linear congruential generator: the same seed, the same bytes.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  bytes.write("BUFR", 0, "latin1");
  bytes.writeUIntBE(bytes.length, 4, 3);
  bytes.writeUInt8(4, 7);
  bytes.write("7777", bytes.length - 4, "latin1");
  return bytes;
}

/** The same message, its closing written over. */
export function damaged(message: Uint8Array): Uint8Array {
  const bytes = Buffer.from(message);
  bytes.fill(0, bytes.length - 4);
  return bytes;
}
