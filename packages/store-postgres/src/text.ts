import { hash } from "node:crypto";
import { DaybookError, printable } from "@daybook/core";

// PostgreSQL's text holds neither NUL nor, being UTF-8, half a surrogate pair.
const UNSTORABLE = /[\0\p{Surrogate}]/u;

export const isStorable = (text: string): boolean => !UNSTORABLE.test(text);

/** Words for people to read: what can't be stored is written as an escape. */
export const storable = (text: string): string => (isStorable(text) ? text : printable(text));

/** A path or name is an identity: it is kept to the letter, or refused. */
export function identity(text: string): string {
  if (isStorable(text)) return text;
  throw new DaybookError("store", "PostgreSQL can't hold this name: it has a NUL or a broken character", {
    retry: "no",
    operation: "record",
    path: text,
  });
}

/**
 * The first 128 bits of the SHA-256, as PostgreSQL writes a uuid. Indexes hold this in place of whole paths: it is short, and
 * there is no length at which an index refuses it.
 */
export function keyOf(text: string): string {
  const hex = hash("sha256", text, "hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

/** In UTF-16 units, so 1,500 bytes at most: more than any file system has, less than an index entry's 2,700. */
const LONGEST_NAME = 500;

/** A path in two: the directory with its last "/", and the name. Put together again they are the path. */
export function splitPath(path: string): { directory: string; name: string } {
  let at = Math.max(path.lastIndexOf("/") + 1, path.length - LONGEST_NAME);
  if (/[\udc00-\udfff]/.test(path.charAt(at))) at++;
  return { directory: path.slice(0, at), name: path.slice(at) };
}
