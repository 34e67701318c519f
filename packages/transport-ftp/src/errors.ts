import { DaybookError, hideSecrets, isDaybookError } from "@daybook/core";
import type { ErrorKind } from "@daybook/core";
import { certificateAdvice, isAboutCertificate, isAboutTls } from "./tls-errors.js";
import { meaningOf } from "./reply-words.js";
import type { Meaning, Phase, Reason } from "./reply-words.js";

/** What came off the wire, or failed to. */
export interface WireError {
  /** A reply's number, or the system's or TLS's error name. */
  readonly code?: number | string;
  readonly text: string;
  /** "connect" ends with the greeting, "secure" with the TLS handshake, "login" when commands may be sent. */
  readonly phase: Phase;
  /** What the command was about: a path in a reply says nothing of the reply's meaning. */
  readonly path?: string;
}

/**
 * What a failure means. Undefined where the server used the reply for both "missing" and "forbidden" and said no more,
 * as vsftpd does: then only a look around tells.
 */
export function errorKind(wire: WireError): ErrorKind | undefined {
  return meaning(wire).kind;
}

export function meaning(wire: WireError): Meaning {
  return typeof wire.code === "number"
    ? meaningOf(wire.code, wire.text, wire.phase, wire.path)
    : { kind: failureKind(String(wire.code ?? ""), wire) };
}

function failureKind(code: string, { text, phase }: WireError): ErrorKind {
  if (isAboutCertificate(code)) return "config";
  if (isAboutTls(code)) return phase === "secure" || phase === "connect" ? "config" : "network";
  if (text.startsWith("User closed client")) return "cancelled";
  if (code === "ETIMEDOUT" || /^timeout/i.test(text)) return "timeout";
  if (/^(?:can't parse|unreadable|unexpected)/i.test(text)) return "protocol";
  return "network";
}

export interface ErrorContext {
  readonly operation: string;
  readonly host: string;
  readonly port: number;
  /** Kept out of everything that is said. */
  readonly password: string;
  readonly path?: string;
}

/** The error to reject with: the server's or system's own words, and what to do about them. */
export function toDaybookError(error: unknown, phase: Phase, context: ErrorContext): DaybookError {
  const { operation, path } = context;
  if (isDaybookError(error)) {
    if (error.operation !== undefined) return error;
    return new DaybookError(error.kind, error.detail, { operation, path, code: error.code });
  }
  const wire = { ...wireOf(error), phase, path: context.path };
  return describe(errorKind(wire) ?? "cut-short", wire, context);
}

export function describe(kind: ErrorKind, wire: WireError, context: ErrorContext): DaybookError {
  const { operation, path } = context;
  // Before our own words are around it: in those nothing is to be hidden.
  const said = hideSecrets(wire.text, [context.password]);
  const text = advice(kind, { ...wire, text: said }, context);
  const code = wire.code === undefined ? undefined : String(wire.code);
  return new DaybookError(kind, text, { operation, path, code });
}

export function wireOf(error: unknown): { code?: number | string; text: string } {
  const { message, code } = error as NodeJS.ErrnoException & { code?: unknown };
  return {
    code: typeof code === "number" || typeof code === "string" ? code : undefined,
    text: typeof message === "string" && message !== "" ? message : String(code ?? error),
  };
}

/** What to do, where there is something to do: a sentence, before the server's own words. */
const ADVICE: Readonly<Record<Reason, string>> = {
  "tls-wanted": "the server wants TLS: set `secure: true`",
  "no-tls":
    "the server refused TLS, so nothing was sent to it: ask whoever runs it, since somebody may be in between; some servers have it on a port of its own (`secure: implicit`)",
  "certificate-wanted":
    "the server wants a certificate of yours: give it one (`tls.cert_file` and `tls.key_file`; `cert` and `key` in code)",
  "account-wanted": "the server wants an account beside the password: set `account`",
  "shut-out": "the server doesn't let this login in, right password or not: ask whoever runs it",
  credentials: "the server refused the login: check `user` and `password`",
  "too-many-logins": "the server accepts no more logins now",
  "too-many-transfers": "the server sends no more at once now",
  "logged-out": "the server wants another log-in for this, though one was let in",
  quota: "the server sends no more for now",
  "in-use": "it is in use at the server",
};

function advice(kind: ErrorKind, wire: WireError, { host, port }: ErrorContext): string {
  const { code, text, phase } = wire;
  const server = `${host}:${port}`;
  if (code === "ENOTFOUND") return `the host name ${host} doesn't resolve: check \`host\``;
  if (code === "EAI_AGAIN")
    return `the host name ${host} can't be resolved now: check \`host\` and the name server`;
  if (code === "ECONNREFUSED" && phase === "connect")
    return `${server} refused the connection: is it running there? check \`host\` and \`port\``;
  if (typeof code === "string") {
    const about = certificateAdvice(code, server);
    if (about !== undefined) return `${about} (${text})`;
  }
  if (kind === "cancelled") return "stopped";
  if (kind === "timeout") return `${server} kept silent for too long (${text})`;
  if (/FIN packet|closed connection unexpectedly/.test(text)) return `${server} closed the connection`;
  const { reason } = meaning(wire);
  return reason === undefined ? text : `${ADVICE[reason]} (it said: ${text})`;
}
