import { readdir, readFile, stat } from "node:fs/promises";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { filesOf, type Tree } from "./tree.js";

/** Files up to here are compared in one piece. */
const PIECE = 2 ** 23;

/**
 * What is wrong with a copy of the tree, a line for each file that is missing, other than it should be, or not from the
 * tree. Hidden folders are the peers' own. Sizes only, if asked.
 */
export async function verify(tree: Tree, dest: string, how: "bytes" | "sizes"): Promise<string[]> {
  const wrong: string[] = [];
  const left = await namesBelow(dest);
  for (const { path, bytes } of filesOf(tree)) {
    const name = path.replace("/L2/", "");
    const copy = join(dest, name);
    if (!left.delete(name)) wrong.push(`${name}: missing`);
    else if ((await stat(copy)).size !== bytes) wrong.push(`${name}: another size`);
    else if (how === "bytes" && !(await sameBytes(join(tree.folder, path), copy, bytes)))
      wrong.push(`${name}: other bytes`);
  }
  return [...wrong, ...[...left].map((name) => `${name}: not from the tree`)];
}

async function sameBytes(one: string, other: string, bytes: number): Promise<boolean> {
  if (bytes <= PIECE) return (await readFile(one)).equals(await readFile(other));
  const handles = [await open(one), await open(other)] as const;
  const buffers = [Buffer.alloc(PIECE), Buffer.alloc(PIECE)] as const;
  try {
    for (let at = 0; at < bytes; at += PIECE) {
      const length = Math.min(PIECE, bytes - at);
      for (const i of [0, 1] as const)
        if ((await handles[i].read(buffers[i], 0, length, at)).bytesRead < length) return false;
      if (buffers[0].compare(buffers[1], 0, length, 0, length) !== 0) return false;
    }
    return true;
  } finally {
    for (const handle of handles) await handle.close();
  }
}

async function namesBelow(folder: string, below = "", found = new Set<string>()): Promise<Set<string>> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await namesBelow(folder, name, found);
    else found.add(name);
  }
  return found;
}
