import { DaybookError } from "@daybook/core";
import pg from "pg";

/** Bigints as numbers: pg hands them over as text, since not all of them fit. Ours do, or the ledger says so. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text") =>
    oid === pg.types.builtins.INT8
      ? safeInteger
      : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

function safeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new DaybookError("store", `a number in the ledger is too large to be exact: ${text}`, {
    retry: "no",
  });
}
