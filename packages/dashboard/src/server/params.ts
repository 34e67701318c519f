import { asDaybookError, parseInstant } from "@daybook/core";
import { invalid } from "./problem.js";

const DAY = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** A request's query, read with care: what a route doesn't know is refused, and each value is checked. */
export class Params {
  readonly #query: URLSearchParams;

  constructor(url: string, known: readonly string[]) {
    this.#query = new URL(url, "http://localhost").searchParams;
    for (const key of this.#query.keys())
      if (!known.includes(key))
        throw invalid(`unknown parameter ${JSON.stringify(key)}: there are ${known.join(", ") || "none"}`);
  }

  all(key: string): string[] {
    return this.#query.getAll(key);
  }

  text(key: string): string | undefined {
    const values = this.#query.getAll(key);
    if (values.length > 1) throw invalid(`${key} may be given once`);
    const [value] = values;
    if (value === "" || value?.includes("\0")) throw invalid(`${key} must be a text`);
    return value;
  }

  required(key: string): string {
    const value = this.text(key);
    if (value === undefined) throw invalid(`${key} is required`);
    return value;
  }

  integer(
    key: string,
    { least, most, otherwise }: { least: number; most: number; otherwise: number },
  ): number {
    const value = this.text(key);
    if (value === undefined) return otherwise;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
    if (!(number >= least && number <= most))
      throw invalid(`${key} must be a whole number from ${least} to ${most}`);
    return number;
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T[] | undefined {
    const values = this.all(key);
    for (const value of values)
      if (!(allowed as readonly string[]).includes(value))
        throw invalid(`${key} must be of ${allowed.join(", ")}`);
    return values.length > 0 ? (values as T[]) : undefined;
  }

  /** A date, meaning its midnight, or a time with a zone. */
  instant(key: string): Date | undefined {
    const value = this.text(key);
    return value === undefined ? undefined : instantOf(value, key);
  }

  /** From `from` until before `to`; undefined where neither is given. */
  range(): { start?: Date; end?: Date } | undefined {
    const [start, end] = [this.instant("from"), this.instant("to")];
    if (start !== undefined && end !== undefined && end <= start) throw invalid("to must be later than from");
    return start === undefined && end === undefined ? undefined : { start, end };
  }
}

/** The day that a date stands for. */
export function dayOf(text: string): { start: Date; end: Date } {
  if (!DATE.test(text)) throw invalid("a date is written like 2025-01-31");
  const start = instantOf(text, "date");
  return { start, end: new Date(start.getTime() + DAY) };
}

function instantOf(value: string, key: string): Date {
  try {
    return parseInstant(DATE.test(value) ? `${value}T00:00Z` : value, key);
  } catch (error) {
    throw invalid(asDaybookError(error, "config").detail);
  }
}
