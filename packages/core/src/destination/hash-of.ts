import { createHash } from "node:crypto";
import { isDaybookError } from "../errors/daybook-error.js";
import type { Destination } from "./destination.js";

/**
 * The SHA-256, in hex, of what is at a final name, as it was sent: of a file kept with an encoding, once unpacked.
 * Undefined if it can't be.
 */
export async function hashOf(
  location: string,
  destination: Pick<Destination, "read">,
  encoding?: string,
): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of destination.read(location, encoding)) hash.update(chunk);
  } catch (error) {
    if (isDaybookError(error, "bad-content")) return undefined;
    throw error;
  }
  return hash.digest("hex");
}
