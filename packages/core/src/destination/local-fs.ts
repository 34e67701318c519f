import type * as nodeFs from "node:fs";

/** The part of node:fs that a local destination uses, so that a simulation can bring a file system of its own. */
export type LocalFs = Pick<
  typeof nodeFs,
  | "openSync"
  | "closeSync"
  | "writeSync"
  | "ftruncateSync"
  | "futimesSync"
  | "fdatasync"
  | "fsync"
  | "write"
  | "fstatSync"
  | "renameSync"
  | "linkSync"
  | "copyFile"
  | "chmodSync"
  | "unlinkSync"
  | "unlink"
  | "rmdirSync"
  | "statSync"
  | "lstatSync"
  | "mkdirSync"
  | "readdirSync"
  | "utimesSync"
  | "createReadStream"
> &
  /** Without it nothing is known of free space. */
  Partial<Pick<typeof nodeFs, "statfsSync">>;
