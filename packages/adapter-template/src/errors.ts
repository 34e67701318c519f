import { DaybookError, isDaybookError } from "@daybook/core";
import type { ErrorKind } from "@daybook/core";

/** What the server says, and what the system says of the connection. Everything else is "network". */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  missing: "not-found",
  forbidden: "permission",
  "bad-token": "auth",
  "too-many": "busy",
  ETIMEDOUT: "timeout",
};

const ADVICE: Readonly<Record<string, string>> = {
  "bad-token": "the server refused the token: check `token`",
  ENOTFOUND: "the host name doesn't resolve: check `host`",
  ECONNREFUSED: "nothing listens there: check `host` and `port`",
};

/** From the wire's codes to what happened. Pure, so that a table can test it. */
export function errorKind(code: string): ErrorKind {
  return KINDS[code] ?? "network";
}

/** An error with the facts of the call it came of; one that has a kind already keeps it. */
export function toDaybookError(error: unknown, operation: string, path?: string): DaybookError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (isDaybookError(error)) {
    return new DaybookError(error.kind, error.detail, { operation, path, code });
  }
  const detail = ADVICE[code ?? ""] ?? message;
  return new DaybookError(errorKind(code ?? ""), detail, { operation, path, code, cause: error });
}

/** The server's own refusal. */
export function refusal(code: string): Error {
  return Object.assign(new Error(`the server said: ${code}`), { code });
}
