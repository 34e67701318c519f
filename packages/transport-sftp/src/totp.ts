import { createHmac } from "node:crypto";
import { DaybookError } from "@daybook/core";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;

/** The six digits that an authenticator shows at a time for a secret in base32 (RFC 6238, with its defaults). */
export function totp(secret: string, now: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / STEP_MS)));
  const digest = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const code = digest.readUInt32BE(digest.at(-1)! & 0xf) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, "0");
}

/** Throws kind "config" for what isn't base32. */
export function fromBase32(secret: string): Buffer {
  const digits = secret.toUpperCase().replace(/[\s=-]/g, "");
  if (digits === "" || [...digits].some((digit) => !ALPHABET.includes(digit))) {
    const detail =
      "totp must be the secret that was given for an authenticator: letters and the digits 2 to 7";
    throw new DaybookError("config", detail, { operation: "connect" });
  }
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const digit of digits) {
    value = ((value << 5) | ALPHABET.indexOf(digit)) & 0xffff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return Buffer.from(bytes);
}
