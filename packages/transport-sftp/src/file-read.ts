import type { DaybookError } from "@daybook/core";
import { keepPace } from "./pace.js";
import type { SftpSession } from "./sftp-session.js";

/** What reading one file needs, whichever way it is read. */
export interface FileReadOptions {
  readonly session: SftpSession;
  readonly path: string;
  readonly start: number;
  /** Bytes in the whole file, as far as it is known. */
  readonly size?: number;
  readonly signal?: AbortSignal;
  /** Bytes that may be asked for or kept before they are read; asked for again as it goes on. */
  readonly readAhead?: () => number;
  /** Called once, as soon as the session isn't needed any more. */
  readonly onDone: () => void;
}

/** ms that a server may take for each byte, after the first two minutes: 64 bytes a second. */
const PER_BYTE = 1000 / 64;

/** Ends a read that the server draws out. The returned function ends the watching. */
export function paceOfRead(
  { watch, patience }: SftpSession,
  what: { brought: () => number; waits: () => boolean; onTooSlow: (failure: DaybookError) => void },
): () => void {
  return keepPace({ ...what, watch, patience, perUnit: PER_BYTE, units: "bytes" });
}
