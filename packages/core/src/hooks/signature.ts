import { createHmac } from "node:crypto";
import { DaybookError } from "../errors/daybook-error.js";

/** A shorter one could be guessed. In bytes. */
const SHORTEST = 16;

/**
 * The `webhook-signature` of a message by the Standard Webhooks convention (standardwebhooks.com): "v1," and the
 * HMAC-SHA256 over id, time and body, in base64. `time` is in seconds since 1970.
 */
export function signatureOf(secret: Uint8Array, id: string, time: number, body: string): string {
  return `v1,${createHmac("sha256", secret).update(`${id}.${time}.${body}`).digest("base64")}`;
}

/** The bytes of a secret: of one that begins with "whsec_" what follows, in base64; of any other its text. */
export function secretBytes(secret: string): Uint8Array {
  const bytes = secret.startsWith("whsec_")
    ? Buffer.from(secret.slice("whsec_".length), "base64")
    : Buffer.from(secret, "utf8");
  if (bytes.length >= SHORTEST) return bytes;
  throw new DaybookError(
    "config",
    `the webhook's secret is too short: it must have ${SHORTEST} bytes or more`,
  );
}
