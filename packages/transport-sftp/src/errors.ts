import type { ErrorKind } from "@daybook/core";
import { DaybookError, isDaybookError } from "@daybook/core";

/** What ssh2 reports a failure with: some of these, rarely all. */
export interface WireFailure {
  readonly message: string;
  /** A status of SFTP or a reason of an SSH disconnect as a number, a system error as text. */
  readonly code?: number | string;
  /** ssh2's own word for the layer that failed. */
  readonly level?: string;
}

/** "connect" until the SFTP channel is open, then "request". */
export type Phase = "connect" | "request";

// draft-ietf-secsh-filexfer, 02 for 0 to 8; some servers send later drafts' codes whatever version was agreed on.
const STATUS: Readonly<Record<number, ErrorKind>> = {
  1: "cut-short",
  2: "not-found",
  3: "permission",
  4: "protocol",
  5: "protocol",
  6: "network",
  7: "network",
  8: "unsupported",
  9: "protocol",
  10: "not-found",
  19: "not-found",
  24: "not-found",
};

// RFC 4253, 11.1. OpenSSH says "Too many authentication failures" with 2.
const DISCONNECT: Readonly<Record<number, ErrorKind>> = {
  7: "unsupported",
  9: "auth",
  12: "busy",
  13: "auth",
  14: "auth",
  15: "auth",
};

// Told by their words alone: ssh2 gives these no code.
const WORDS: readonly (readonly [RegExp, ErrorKind])[] = [
  [/too many authentication failures/i, "auth"],
  [/channel open failure/i, "busy"],
  // What a server does that has enough connections (MaxStartups) or has had enough of this address.
  [/connection lost before handshake/i, "busy"],
  [/unable to start subsystem|exit code \d+ while establishing/i, "unsupported"],
  [/no matching (host key format|.*(algorithm|cipher|mac))/i, "unsupported"],
  [/no response from server|connection lost|not connected|unexpected (end|close) event/i, "network"],
  [/malformed|packet length|unknown packet type|received more data/i, "protocol"],
];

const LEVELS: Readonly<Record<string, ErrorKind>> = {
  "client-authentication": "auth",
  agent: "auth",
  "client-timeout": "timeout",
  "sftp-protocol": "protocol",
};

/** What a failure on the wire means. */
export function sftpErrorKind({ message, code, level }: WireFailure, phase: Phase): ErrorKind {
  if (level !== undefined && level in LEVELS) return LEVELS[level]!;
  if (typeof code === "number" && phase === "request") return STATUS[code] ?? "protocol";
  for (const [words, kind] of WORDS) if (words.test(message)) return kind;
  if (typeof code === "number") return DISCONNECT[code] ?? "network";
  return code === "ETIMEDOUT" ? "timeout" : "network";
}

/** Whether the connection a request failed on is lost with it: then others on it fail too. */
export function losesConnection(error: unknown): boolean {
  return isDaybookError(error, "network") || isDaybookError(error, "timeout");
}

/** A failure of ssh2's as ours. */
export function fromWire(error: unknown, phase: Phase): DaybookError {
  if (isDaybookError(error)) return error;
  const wire = error as WireFailure;
  const kind = sftpErrorKind(wire, phase);
  const detail = phase === "request" ? describe(kind, wire) : `the connection failed: ${wire.message}`;
  const code = wire.code === undefined ? undefined : String(wire.code);
  return new DaybookError(kind, detail, { code, cause: error });
}

function describe(kind: ErrorKind, { message, code }: WireFailure): string {
  if (kind === "not-found") return "the server has no such file or directory";
  if (kind === "permission")
    return "the server does not let this user read it: ask whoever runs it for access";
  if (typeof code !== "number") return message;
  const handles = code === 9 ? "; if that goes on, set pipelining to false" : "";
  return `the server answered "${message}" (${code})${handles}`;
}

/** The same failure, told of one path: what ends a connection reaches everyone on it. */
export function at(error: unknown, operation: string, path: string): DaybookError {
  const { kind, detail, retry, code } = fromWire(error, "request");
  return new DaybookError(kind, detail, { retry, code, operation, path, cause: error });
}

export function cancelled(detail: string, operation?: string): DaybookError {
  return new DaybookError("cancelled", detail, { operation });
}
