import { join } from "node:path";
import { DaybookError } from "../errors/daybook-error.js";
import type { LocalFs } from "./local-fs.js";
import { OWN_FOLDER } from "./local-names.js";
import { makeFolder } from "./make-folder.js";

/** Only for whom the program runs as: who else may write there could lead it astray. */
const PRIVATE = 0o700;

/** Makes a destination's own folder with one for parts, and sees to it that they are that. Throws kind "config". */
export function makeOwnFolder(fs: LocalFs, root: string): { own: string; parts: string } {
  makeFolder(root, { fs });
  const own = join(root, OWN_FOLDER);
  const parts = join(own, "parts");
  for (const folder of [own, parts]) {
    try {
      fs.mkdirSync(folder, PRIVATE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const found = fs.lstatSync(folder, { throwIfNoEntry: false });
    if (!found?.isDirectory())
      throw new DaybookError(
        "config",
        `${folder} must be a folder, not a link or a file: nothing is fetched until it is moved away`,
      );
    if ((found.mode & 0o077) !== 0) closeToOthers(fs, folder);
  }
  return { own, parts };
}

function closeToOthers(fs: LocalFs, folder: string): void {
  try {
    fs.chmodSync(folder, PRIVATE);
  } catch {
    // Somebody else's, or on a file system without modes; what is opened there is looked at anyway.
  }
}
