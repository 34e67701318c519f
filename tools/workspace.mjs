import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Every workspace: its folder below the root and its package.json. */
export function workspaces() {
  const folders = [...readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}`), "examples"];
  return folders
    .filter((folder) => existsSync(join(ROOT, folder, "package.json")))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")),
    }));
}
