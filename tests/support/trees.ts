import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** SHA-256 of every file below a folder, by its path in it; hidden folders left out. */
export function hashes(folder: string, below = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isFile())
      all.set(
        path,
        createHash("sha256")
          .update(readFileSync(join(folder, path)))
          .digest("hex"),
      );
    else if (!entry.name.startsWith("."))
      for (const [name, hash] of hashes(folder, path)) all.set(name, hash);
  }
  return new Map([...all].sort());
}
