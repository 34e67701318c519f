import { constants } from "node:fs";
import type { LocalFs } from "./local-fs.js";

/** Not through a link. */
const READ_WRITE = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);

/** Opens what is there to be continued. Not append: a restart writes from the front. */
export function openKept(fs: LocalFs, path: string): number {
  const fd = fs.openSync(path, READ_WRITE);
  if (fs.fstatSync(fd).nlink === 1) return fd;
  fs.closeSync(fd);
  throw Object.assign(new Error(`${path} is another file's name, too`), { code: "EEXIST", path });
}

/** Only ever a file of its own: whatever has the name goes away, and what it leads to stays as it is. */
export function openNew(fs: LocalFs, path: string): number {
  try {
    return fs.openSync(path, "wx+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    fs.unlinkSync(path);
    return fs.openSync(path, "wx+");
  }
}
