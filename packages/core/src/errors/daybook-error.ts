/** What happened. Adapters translate their wire's codes to one of these; everything else reads only these. */
export type ErrorKind =
  | "not-found"
  | "permission"
  | "auth"
  | "config"
  | "unsupported"
  | "network"
  | "timeout"
  | "cut-short"
  | "busy"
  | "changed"
  | "protocol"
  | "bad-content"
  | "no-space"
  | "store"
  | "cancelled";

/** What to do about it: nothing, try later, try at once on another connection, or others have tried already. */
export type RetryAdvice = "no" | "later" | "new-connection" | "gave-up";

const DEFAULT_RETRY: Record<ErrorKind, RetryAdvice> = {
  "not-found": "no",
  permission: "no",
  auth: "no",
  config: "no",
  unsupported: "no",
  network: "new-connection",
  timeout: "new-connection",
  "cut-short": "new-connection",
  busy: "later",
  changed: "later",
  protocol: "later",
  "bad-content": "later",
  "no-space": "later",
  store: "later",
  cancelled: "no",
};

export interface DaybookErrorOptions {
  /** Defaults to what the kind usually calls for. */
  retry?: RetryAdvice;
  /** What was being done: "list", "read", "connect", "record" … */
  operation?: string;
  source?: string;
  path?: string;
  /** The system's or server's own code: "ENOTFOUND", "550". */
  code?: string;
  cause?: unknown;
}

/**
 * The only error class Daybook throws on purpose. Recognise it with `isDaybookError`, never by `instanceof`: two
 * copies of core may live in one program. `detail` is a sentence in plain words that says what to do where there is
 * something to do, cut to 500 characters, since servers may have much to say; the message adds operation, source and
 * path. Never put a secret in any field.
 */
export class DaybookError extends Error {
  readonly kind: ErrorKind;
  readonly retry: RetryAdvice;
  readonly detail: string;
  readonly operation?: string;
  readonly source?: string;
  readonly path?: string;
  readonly code?: string;

  constructor(kind: ErrorKind, detail: string, options: DaybookErrorOptions = {}) {
    const { operation, source, path } = options;
    const where = [source, operation, path && shortened(printable(path))].filter(Boolean).join(" ");
    const said = inShort(detail);
    super(`${where ? `${where}: ` : ""}${said}`, { cause: options.cause });
    this.name = "DaybookError";
    this.kind = kind;
    this.retry = options.retry ?? DEFAULT_RETRY[kind];
    this.detail = said;
    this.operation = operation;
    this.source = source;
    this.path = path;
    this.code = options.code;
  }
}

export function isDaybookError(error: unknown, kind?: ErrorKind): error is DaybookError {
  if (!(error instanceof Error) || error.name !== "DaybookError") return false;
  return kind === undefined || (error as DaybookError).kind === kind;
}

/** Any thrown value as a `DaybookError`; what is one already is passed on unchanged. */
export function asDaybookError(
  error: unknown,
  fallback: ErrorKind,
  options: DaybookErrorOptions = {},
): DaybookError {
  if (isDaybookError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | undefined)?.code;
  return new DaybookError(fallback, message, {
    code: typeof code === "string" || typeof code === "number" ? String(code) : undefined,
    ...options,
    cause: error,
  });
}

// Controls, line and paragraph separators, marks that turn the direction of reading, lone surrogates, and what is drawn
// as nothing at all: all that could break a log line, a terminal or a reader's eye.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Characters that are kept of what is said of one failure. */
const MOST_SAID = 500;

/** What is said of a failure, in one line of 500 characters at most. */
export function inShort(text: string): string {
  // Most of what is far too long is dropped before it is looked at character by character.
  const line = printable(text.length > 2 * MOST_SAID ? shortened(text, 2 * MOST_SAID) : text);
  return shortened(line);
}

/** The beginning of a longer text. */
function shortened(text: string, most = MOST_SAID): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 2);
  // Not in the middle of a character.
  const end = last >= 0xd800 && last < 0xdc00 ? most - 2 : most - 1;
  return `${text.slice(0, end)}…`;
}

/** Text from a server, made safe to print on one line. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}
