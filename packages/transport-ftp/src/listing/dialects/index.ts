import type { Dialect } from "../dialect.js";
import { mlsd } from "./mlsd.js";
import { unixOrDos } from "./unix-or-dos.js";

/** Which ways of writing each command's listings are tried, in this order. */
export const DIALECTS: Readonly<Record<"mlsd" | "list", readonly Dialect[]>> = {
  mlsd: [mlsd],
  list: [unixOrDos],
};
