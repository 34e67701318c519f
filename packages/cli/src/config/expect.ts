import type { ExpectOptions } from "@daybook/core";
import type { SourceConfig } from "./schema/source.js";

/** What a source owes, as core takes it. A bare number of files is that many, no fewer and no more. */
export function expectOf({ files, ...expect }: NonNullable<SourceConfig["expect"]>): ExpectOptions {
  const counts = typeof files === "number" ? { min: files, max: files } : files;
  return { ...expect, ...(counts && { files: counts }) } as ExpectOptions;
}
