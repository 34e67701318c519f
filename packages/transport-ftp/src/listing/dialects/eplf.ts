import { entryOf } from "../dialect.js";
import type { Dialect } from "../dialect.js";

/** EPLF, by D. J. Bernstein: "+i8388621.48594,m825718503,r,s280,\tname". Times are UTC. */
export const eplf: Dialect = {
  name: "EPLF",
  short: true,
  read(line) {
    const tab = line.indexOf("\t");
    if (!line.startsWith("+") || tab < 0) return undefined;
    const facts = line.slice(1, tab).split(",");
    const valueOf = (letter: string) => facts.find((fact) => fact.startsWith(letter))?.slice(1);
    const directory = facts.includes("/");
    if (!directory && !facts.includes("r")) return undefined;
    const seconds = Number(/^\d{1,12}$/.exec(valueOf("m") ?? "")?.[0] ?? NaN);
    return entryOf(
      {
        name: line.slice(tab + 1),
        type: directory ? "directory" : "file",
        modifiedAt: Number.isNaN(seconds) ? undefined : new Date(seconds * 1000),
      },
      valueOf("s"),
    );
  },
};
