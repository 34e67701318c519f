import { DaybookError, hideSecrets, isDaybookError } from "@daybook/core";
import type { ErrorKind } from "@daybook/core";

/** What came off the wire, or failed to. */
export interface WireError {
  /** A reply's number, or the system's or TLS's error name. */
  readonly code?: number | string;
  readonly text: string;
  /** "connect" ends with the greeting, "secure" with the TLS handshake, "login" when commands may be sent. */
  readonly phase: "connect" | "secure" | "login" | "list" | "read";
  /** What the command was about: a path in a reply says nothing of the reply's meaning. */
  readonly path?: string;
}

const TOO_MANY =
  /too many|maximum|limit|exceed|already connected|max(imum)? number|no more|only \d+ (sessions|connections|logins)|concurrent/i;
const NEEDS_TLS =
  /must use encryption|cleartext .*not (accepted|allowed)|(TLS|SSL|encryption|secure connection)\S*( is| are)? (required|mandatory|needed)|requires? (TLS|SSL|encryption)/i;
const MISSING =
  /no such|not found|(does not|doesn't|do not) exist|cannot find|can't find|unknown file|not a (directory|plain file|regular file)|is not a directory|nonexistent/i;
const REFUSED =
  /permission|denied|not permitted|forbidden|prohibited|not allowed|access|privilege|unauthorized/i;
const CERTIFICATE = /^(DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;
const TLS = /^(ERR_SSL|ERR_TLS|EPROTO)/;

/**
 * What a failure means. Undefined where the server used the reply for both "missing" and "forbidden" and said no more,
 * as vsftpd does: then only a look around tells.
 */
export function errorKind(wire: WireError): ErrorKind | undefined {
  return typeof wire.code === "number"
    ? replyKind(wire.code, wire)
    : failureKind(String(wire.code ?? ""), wire);
}

/** RFC 959 section 4.2, RFC 2228, RFC 4217, and what servers make of them. */
function replyKind(code: number, { text, phase, path }: WireError): ErrorKind | undefined {
  const said = path ? text.replaceAll(path, "") : text;
  const starting = phase === "connect" || phase === "secure" || phase === "login";
  if (code < 400 || code > 559) return "protocol";
  if (starting) {
    if (NEEDS_TLS.test(said) || [521, 522, 533, 534, 535, 536].includes(code)) return "config";
    if (code === 421) return "busy";
    if (phase === "secure") return code < 500 ? "busy" : "config";
    if (TOO_MANY.test(said) || code < 430 || (code > 430 && code < 500)) return "busy";
    return code === 530 || code === 430 || code === 532 || code === 550 ? "auth" : "protocol";
  }
  if (code === 421) return "busy";
  if (code === 425) return "network";
  if (code === 426) return "cut-short";
  if (code === 522 || (code >= 533 && code <= 536)) return "config";
  if (MISSING.test(said)) return "not-found";
  if (code >= 500 && REFUSED.test(said)) return "permission";
  if (code < 500) return "busy";
  if (code === 554) return "changed";
  if (code === 530 || code === 532) return "auth";
  if (code === 553) return "permission";
  if (code === 500 || code === 502 || code === 504) return "unsupported";
  if (code === 503) return "protocol";
  return undefined;
}

function failureKind(code: string, { text, phase }: WireError): ErrorKind {
  if (CERTIFICATE.test(code)) return "config";
  if (TLS.test(code)) return phase === "secure" ? "config" : "network";
  if (/User closed client/.test(text)) return "cancelled";
  if (code === "ETIMEDOUT" || /^timeout/i.test(text)) return "timeout";
  if (/^(can't parse|unreadable|unexpected|ftp control response exceeded)/i.test(text)) return "protocol";
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
export function toDaybookError(
  error: unknown,
  phase: WireError["phase"],
  context: ErrorContext,
): DaybookError {
  const { operation, path } = context;
  if (isDaybookError(error)) {
    if (error.path !== undefined || path === undefined) return error;
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

function advice(kind: ErrorKind, { code, text, phase }: WireError, { host, port }: ErrorContext): string {
  const server = `${host}:${port}`;
  if (code === "ENOTFOUND") return `the host name ${host} doesn't resolve: check \`host\``;
  if (code === "EAI_AGAIN")
    return `the host name ${host} can't be resolved now: check \`host\` and the name server`;
  if (code === "ECONNREFUSED")
    return `${server} refused the connection: is it running there? check \`host\` and \`port\``;
  if (typeof code === "string" && CERTIFICATE.test(code)) {
    return `the certificate of ${server} isn't trusted (${text}): set \`tls.ca\` to its issuer's certificate`;
  }
  if (kind === "cancelled") return "stopped";
  if (kind === "timeout") return `${server} kept silent for too long (${text})`;
  if (/FIN packet|closed connection unexpectedly/.test(text)) return `${server} closed the connection`;
  if (kind === "config" && phase === "secure") {
    return `${server} has no TLS here (${text}): leave \`secure\` out, or use "implicit" and its port`;
  }
  if (kind === "config") return `the server wants TLS: set \`secure: true\` (it said: ${text})`;
  if (kind === "auth")
    return `the server refused the login: check \`user\` and \`password\` (it said: ${text})`;
  if (kind === "busy" && phase === "login") return `the server accepts no more logins now (it said: ${text})`;
  return text;
}
