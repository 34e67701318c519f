import { createHash } from "node:crypto";
import { asDaybookError, isDaybookError } from "../errors/daybook-error.js";
import type { Found } from "../crawl/tree-walk.js";
import type { Transport } from "../transport/transport.js";
import type { CheckFinding } from "./check-report.js";

/** A file up to this size is read whole, and its second half again; of a larger one only the end is read. */
const READ_WHOLE = 1 << 20;
const TAIL = 4096;

/** Reads the end of a file, as a resumed download does, and compares it with the whole where that is small. */
export async function checkResume(
  transport: Transport,
  files: readonly Found[],
  signal: AbortSignal | undefined,
): Promise<{ finding: CheckFinding; resume?: boolean } | undefined> {
  const sized = files.filter(({ entry }) => (entry.size ?? 0) >= 2);
  const [smallest] = sized.sort((a, b) => a.entry.size! - b.entry.size!);
  if (smallest === undefined) return undefined;
  const { path, entry } = smallest;
  const size = entry.size!;
  const start = size <= READ_WHOLE ? Math.floor(size / 2) : size - TAIL;
  try {
    const whole = size <= READ_WHOLE || !transport.capabilities.resume;
    const all = whole ? await digest(transport, path, 0, start, size, signal) : undefined;
    if (all !== undefined && all.bytes !== size)
      return failed(`${path} was listed with ${size} bytes, and ${all.bytes} came`);
    if (!transport.capabilities.resume)
      return {
        resume: false,
        finding: {
          step: "resume",
          outcome: "warning",
          detail: `${path} can be read, but not from the middle on: what is cut off starts over`,
        },
      };
    const end = await digest(transport, path, start, 0, size, signal);
    const right = end.bytes === size - start && (all === undefined || all.hash === end.hash);
    if (!right)
      return { ...failed(`the end of ${path}, read by itself, is not the end of the file`), resume: false };
    return {
      resume: true,
      finding: {
        step: "resume",
        outcome: "ok",
        detail: `${path} can be read, and from byte ${start} on too`,
      },
    };
  } catch (cause) {
    if (isDaybookError(cause, "cancelled")) throw cause;
    const { detail, kind } = asDaybookError(cause, "protocol");
    const advice =
      kind === "permission" ? "ask whoever runs the server to let this user read files" : undefined;
    return failed(`${path} can't be read: ${detail}`, advice);
  }
}

function failed(detail: string, advice?: string): { finding: CheckFinding } {
  return { finding: { step: "resume", outcome: "failed", detail, advice } };
}

/** The bytes read from `start`, and a hash of those from `skip` on. */
async function digest(
  transport: Transport,
  path: string,
  start: number,
  skip: number,
  size: number,
  signal: AbortSignal | undefined,
): Promise<{ bytes: number; hash: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of (await transport.read(path, { start, size, signal })) as AsyncIterable<Buffer>) {
    hash.update(chunk.subarray(Math.min(chunk.length, Math.max(0, skip - bytes))));
    bytes += chunk.length;
  }
  return { bytes, hash: hash.digest("hex") };
}
