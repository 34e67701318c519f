import { DaybookError } from "@daybook/core";
import { randomFrom } from "./random.js";

/** Sections 0, 1, 3 and 5, and section 4 without data. */
const SMALLEST = 8 + 22 + 9 + 4 + 4;
const LARGEST = 2 ** 24 - 1;

export interface SampleBufrOptions {
  /** Length of the whole message, 47 to 16,777,215. Default 2 to 20 kB, depending on the seed. */
  readonly bytes?: number;
  /** The same seed gives the same bytes. Default 1. */
  readonly seed?: number;
  /** The time in section 1. Default 2025-01-01T00:00:00Z. */
  readonly observedAt?: Date;
}

/**
 * One message of WMO FM 94 BUFR, edition 4, whose sections and lengths are in order. What section 4 holds is noise:
 * enough for everything that looks at the envelope, nothing for a decoder.
 */
export function sampleBufr(options: SampleBufrOptions = {}): Uint8Array {
  const random = randomFrom(options.seed ?? 1);
  const bytes = options.bytes ?? 2_000 + Math.floor(random() * 18_000);
  if (!Number.isInteger(bytes) || bytes < SMALLEST || bytes > LARGEST) {
    throw new DaybookError("config", `a BUFR message has ${SMALLEST} to ${LARGEST} bytes`);
  }
  const message = Buffer.alloc(bytes);
  message.write("BUFR", 0);
  message.writeUIntBE(bytes, 4, 3);
  message[7] = 4;
  identification(message.subarray(8, 30), options.observedAt ?? new Date("2025-01-01T00:00:00Z"));
  description(message.subarray(30, 39));
  const data = message.subarray(39, bytes - 4);
  data.writeUIntBE(data.length, 0, 3);
  for (let i = 4; i < data.length; i++) data[i] = Math.floor(random() * 256);
  message.write("7777", bytes - 4);
  return new Uint8Array(message);
}

/** Section 1: radar data (category 6) by no centre (missing). */
function identification(section: Buffer, time: Date): void {
  section.writeUIntBE(section.length, 0, 3);
  section.writeUInt16BE(0xffff, 4);
  section[10] = 6;
  section[13] = 13;
  section.writeUInt16BE(time.getUTCFullYear(), 15);
  section[17] = time.getUTCMonth() + 1;
  section[18] = time.getUTCDate();
  section[19] = time.getUTCHours();
  section[20] = time.getUTCMinutes();
  section[21] = time.getUTCSeconds();
}

/** Section 3: one subset of observed data, described by 3 21 001 (pixel values of a radar image follow). */
function description(section: Buffer): void {
  section.writeUIntBE(section.length, 0, 3);
  section.writeUInt16BE(1, 4);
  section[6] = 0x80;
  section.writeUInt16BE((3 << 14) | (21 << 8) | 1, 7);
}
