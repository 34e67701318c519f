import type { Dialect } from "../dialect.js";
import { as400 } from "./as400.js";
import { dos } from "./dos.js";
import { eplf } from "./eplf.js";
import { mlsd } from "./mlsd.js";
import { numericUnix, os9 } from "./modes-in-numbers.js";
import { dataSets, members } from "./mvs.js";
import { nonStop, nortel, zvm } from "./named-first.js";
import { netware } from "./netware.js";
import { os2, vshell, vxWorks } from "./sized-first.js";
import { trivia } from "./trivia.js";
import { unix } from "./unix.js";
import { vms } from "./vms.js";

/** Which ways of writing each command's listings are tried, in this order. */
export const DIALECTS: Readonly<Record<"mlsd" | "list", readonly Dialect[]>> = {
  mlsd: [mlsd],
  list: [
    unix,
    dos,
    trivia,
    eplf,
    netware,
    as400,
    vms,
    vxWorks,
    os2,
    vshell,
    numericUnix,
    os9,
    dataSets,
    members,
    nonStop,
    nortel,
    zvm,
    // Servers that answer LIST as if it were MLSD.
    mlsd,
  ],
};
