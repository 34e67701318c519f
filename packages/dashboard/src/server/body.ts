import { Problem } from "./problem.js";

const MOST = 256 * 1024;

/** A request's body as text. Throws a 413 for one that is too large, as soon as that is known. */
export async function readBody(request: Request): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.byteLength;
    if (length > MOST) throw new Problem(413, "too-large", `the body may have ${MOST} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
