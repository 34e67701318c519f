import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** Folders of this package that hold what a browser is sent: what was written, and what was built. */
const FOLDERS = ["../../assets/", "../web/"].map((path) => fileURLToPath(new URL(path, import.meta.url)));

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

export interface Asset {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
}

/** The page's files, by name. Read once; no name that isn't in the folders is looked for. */
export class Assets {
  readonly #found = new Map<string, Asset>();

  constructor() {
    for (const folder of FOLDERS)
      for (const name of readdirSync(folder)) {
        const type = TYPES[extname(name)];
        if (type === undefined) continue;
        const body = readFileSync(folder + name);
        const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
        this.#found.set(name, { body, type, etag });
      }
  }

  get(name: string): Asset | undefined {
    return this.#found.get(name);
  }
}
