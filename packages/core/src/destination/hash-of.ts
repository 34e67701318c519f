import { createHash } from "node:crypto";
import type { Destination } from "./destination.js";

/** The SHA-256, in hex, of what is at a final name. */
export async function hashOf(location: string, destination: Pick<Destination, "read">): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of destination.read(location)) hash.update(chunk);
  return hash.digest("hex");
}
