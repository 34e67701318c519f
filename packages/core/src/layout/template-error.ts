import { DaybookError } from "../errors/daybook-error.js";

/** One sentence that names the template, the place in it (column from 1) and what to do. */
export function templateError(text: string, problem: string, column?: number): DaybookError {
  const place = column === undefined ? "" : `, column ${column}`;
  return new DaybookError("config", `layout "${text}"${place}: ${problem}`);
}
