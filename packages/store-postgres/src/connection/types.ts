import pg from "pg";

/** Bigints as numbers: pg hands them over as text, since not all of them fit. What doesn't is infinite. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text") =>
    oid === pg.types.builtins.INT8
      ? integer
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** One that a number can't hold was made up by a server, and taken by an older Daybook: the most there can be. */
function integer(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : Math.sign(value) * Infinity;
}
