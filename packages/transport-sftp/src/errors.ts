import type { ErrorKind } from "@daybook/core";
import { DaybookError, hideSecrets, isDaybookError } from "@daybook/core";
import { cut } from "./border.js";
import { CONNECT_WORDS, kindIn, STATUS_WORDS } from "./words.js";

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
  15: "busy",
  17: "busy",
  19: "not-found",
  24: "not-found",
  25: "busy",
  26: "busy",
  27: "not-found",
};
/** Whatever is said with these, they mean what they mean. */
const PLAIN = new Set([1, 2, 6, 7]);

// RFC 4253, 11.1. OpenSSH says "Too many authentication failures" with 2.
const DISCONNECT: Readonly<Record<number, ErrorKind>> = {
  7: "unsupported",
  9: "auth",
  12: "busy",
  13: "auth",
  14: "auth",
  15: "auth",
};

const LEVELS: Readonly<Record<string, ErrorKind>> = {
  "client-authentication": "auth",
  agent: "auth",
  "client-timeout": "timeout",
  "sftp-protocol": "protocol",
};

/** What a failure on the wire means. */
export function sftpErrorKind({ message, code, level }: WireFailure, phase: Phase): ErrorKind {
  if (level !== undefined && level in LEVELS) return LEVELS[level]!;
  if (typeof code === "number" && phase === "request") {
    return (PLAIN.has(code) ? undefined : kindIn(STATUS_WORDS, message)) ?? STATUS[code] ?? "protocol";
  }
  const told = kindIn(CONNECT_WORDS, message);
  if (told !== undefined) return told;
  if (typeof code === "number") return DISCONNECT[code] ?? "network";
  return code === "ETIMEDOUT" ? "timeout" : "network";
}

/** Whether the connection a request failed on is lost with it: then others on it fail too. */
export function losesConnection(error: unknown): boolean {
  return isDaybookError(error, "network") || isDaybookError(error, "timeout");
}

/** SSH_FX_NO_CONNECTION and SSH_FX_CONNECTION_LOST: the server says that it has lost what is behind it. */
export function endsConnection({ code }: DaybookError): boolean {
  return code === "6" || code === "7";
}

/** A failure of ssh2's as ours. */
export function fromWire(error: unknown, phase: Phase): DaybookError {
  if (isDaybookError(error)) return error;
  const { code: given, level, message } = error as WireFailure;
  const wire = { code: given, level, message: cut(String(message)) };
  const kind = sftpErrorKind(wire, phase);
  const detail = phase === "request" ? describe(kind, wire) : `the connection failed: ${wire.message}`;
  const code = wire.code === undefined ? undefined : String(wire.code);
  return new DaybookError(kind, detail, { code, cause: error });
}

function describe(kind: ErrorKind, { message, code }: WireFailure): string {
  if (typeof code !== "number") return message;
  const answer = message === "" ? `answered with the status ${code}` : `answered "${message}" (${code})`;
  if (kind === "not-found") return `the server has no such file or directory${said(message)}`;
  if (kind === "permission")
    return `the server does not let this user read it${said(message)}: ask whoever runs it for access`;
  if (kind === "busy") return `the server ${answer}: it is busy, or allows no more at once`;
  const handles = code === 9 ? "; if that goes on, set pipelining to false" : "";
  return `the server ${answer}${handles}`;
}

/** What says no more than its code does. */
const BARE = /^(?:(?:no such file|permission denied|access denied|failure|end of file)\.?)?$/i;

function said(message: string): string {
  return BARE.test(message) ? "" : ` (it said "${message}")`;
}

/** The same failure, told of one path: what ends a connection reaches everyone on it. One to connect stays that. */
export function at(error: unknown, operation: string, path: string): DaybookError {
  const failure = fromWire(error, "request");
  if (failure.operation === "connect") return failure;
  const { kind, detail, retry, code } = failure;
  return new DaybookError(kind, detail, { retry, code, operation, path, cause: error });
}

/** Without these secrets, which a server may repeat in what it says. */
export function hiding(error: DaybookError, secrets: readonly string[]): DaybookError {
  const detail = hideSecrets(error.detail, secrets);
  if (detail === error.detail) return error;
  const { kind, retry, code, operation, path } = error;
  return new DaybookError(kind, detail, { retry, code, operation, path });
}

export function cancelled(detail: string, operation?: string): DaybookError {
  return new DaybookError("cancelled", detail, { operation });
}

/** What the server said where a failure began; undefined where it said nothing. */
export function wordsOf(error: unknown): string | undefined {
  let cause = error;
  for (let depth = 0; depth < 8 && isDaybookError(cause); depth++) cause = cause.cause;
  const { message } = (cause ?? {}) as { message?: unknown };
  return typeof message === "string" && !isDaybookError(cause) ? message : undefined;
}
