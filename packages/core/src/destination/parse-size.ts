import { DaybookError } from "../errors/daybook-error.js";

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/**
 * Bytes from "500MB", "2 GiB", "0B"; a number is in bytes already. `what` names the value in errors. Throws kind "config"
 * for anything else.
 */
export function parseSize(value: string | number, what: string): number {
  const found = /^(\d{1,15}(?:\.\d{1,6})?) ?([kKMGT]?i?B)$/.exec(String(value));
  const bytes = typeof value === "number" ? value : Number(found?.[1]) * (BYTES[found?.[2] ?? ""] ?? NaN);
  if (bytes >= 0) return Math.round(bytes);
  throw new DaybookError("config", `${what} "${value}" is no size: write 500MB, 2GiB or the like`.trim());
}

/** What is to be left of a whole: a size, or a part of it, as "5%". */
export type SizeOrPart = { readonly bytes: number } | { readonly part: number };

export function parseSizeOrPart(value: string | number, what: string): SizeOrPart {
  const percent = /^(\d{1,2}(?:\.\d{1,6})?) ?%$/.exec(String(value));
  return percent ? { part: Number(percent[1]) / 100 } : { bytes: parseSize(value, what) };
}
