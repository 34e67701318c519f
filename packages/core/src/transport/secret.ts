import { asDaybookError, DaybookError } from "../errors/daybook-error.js";

/** A secret, or what reads it: asked at each log-in, so that one that was corrected is used from then on. */
export type Secret<T extends string | Uint8Array = string> = T | (() => T | Promise<T>);

/** The secret as it is now. Rejects with kind "config" and operation "connect" where it can't be read. */
export async function readSecret<T extends string | Uint8Array>(secret: Secret<T>): Promise<T> {
  if (typeof secret !== "function") return secret;
  try {
    return await secret();
  } catch (cause) {
    const { detail } = asDaybookError(cause, "config");
    throw new DaybookError("config", detail, { operation: "connect", cause });
  }
}

const ids = new WeakMap<object, number>();
let last = 0;

/** What stands for a secret in a key: itself, or a number that is the function's own. */
export function secretKey(secret: unknown): unknown {
  if (typeof secret !== "function") return secret;
  const id = ids.get(secret) ?? ++last;
  ids.set(secret, id);
  return { read: id };
}
