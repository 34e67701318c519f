import {
  asDaybookError,
  parseDuration,
  parseInstant,
  parseRate,
  parseSize,
  parseSizeOrPart,
} from "@daybook/core";
import { z } from "zod";

// A file is checked once: the code zod would make for a schema takes longer to make than it saves.
z.config({ jitless: true });

/** Carries the keys an object knows from the schema to whoever words the message. */
export const KEY_SEPARATOR = "\n";

/** An object that refuses keys it doesn't know. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape);
  const some = keys.length > 4 ? `${keys.slice(0, 3).join(", ")} and others` : keys.join(", ");
  return z.strictObject(shape, {
    error: ({ code }) => {
      if (code === "unrecognized_keys") return keys.join(KEY_SEPARATOR);
      return code === "invalid_type" ? `must be a set of keys and values: ${some}` : undefined;
    },
  });
}

export const text = () => z.string().min(1, { error: "must not be empty" });

function problemOf(parse: () => unknown): string {
  try {
    parse();
    return "must be text: put it in quotes";
  } catch (error) {
    return asDaybookError(error, "config").detail;
  }
}

/** Text that stands for something else; a `DaybookError`'s detail becomes the message. */
function parsed<T>(parse: (value: string) => T, ifNumber?: (value: number) => string) {
  const text = z.string({
    error: ({ input }) => (typeof input === "number" ? ifNumber?.(input) : undefined),
  });
  return text.transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      const message = asDaybookError(error, "config").detail.trim();
      context.issues.push({ code: "custom", input: value, message });
      return z.NEVER;
    }
  });
}

/** Such as 500ms, 60s, 10m, 6h, 7d; in ms. */
export const duration = () =>
  parsed(
    (value) => parseDuration(value, ""),
    (value) => `${value} has no unit: write ${value}s for seconds`,
  ).meta({ examples: ["500ms", "60s", "10m", "6h", "7d"] });

/** Such as 800kB/s, 5MB/s, 10Mbit/s, unlimited; in bytes per second. */
export const rate = () =>
  parsed(
    (value) => parseRate(value, ""),
    (value) => problemOf(() => parseRate(String(value), "")),
  ).meta({ examples: ["800kB/s", "5MB/s", "10Mbit/s", "unlimited"] });

const unitless = (value: number) => `${value} has no unit: write ${value}B for bytes`;

/** Such as 500MB, 2GiB; in bytes. */
export const size = () =>
  parsed((value) => parseSize(value, ""), unitless).meta({ examples: ["500MB", "2GiB"] });

/** Such as 500MB, 5%; as it is written. */
export const sizeOrPart = () =>
  parsed((value) => (parseSizeOrPart(value, ""), value), unitless).meta({ examples: ["500MB", "5%"] });

/** ISO 8601 with a zone. */
export const instant = () =>
  parsed((value) => parseInstant(value, "")).meta({ examples: ["2025-01-01T00:00:00Z"] });

export const regularExpression = () =>
  z.string().transform((value, context) => {
    try {
      return new RegExp(value);
    } catch {
      context.issues.push({ code: "custom", input: value, message: "is not a regular expression" });
      return z.NEVER;
    }
  });

/** A whole number; digits in quotes too, since the environment has only text. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const error = `must be a whole number ${range}`;
  return z.union(
    [
      z.int({ error }).min(least, { error }).max(most, { error }),
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number)
        .refine((value) => value >= least && value <= most, { error }),
    ],
    { error: () => error },
  );
}

/** true or false; in quotes too, since the environment has only text. */
export const flag = () =>
  z.union([z.boolean(), z.enum(["true", "false"]).transform((value) => value === "true")], {
    error: () => "must be true or false",
  });
