import { DaybookError } from "@daybook/core";

/**
 * What a failure means for the call that met it. "lost": the connection or the server is gone, and whether a commit
 * got through is unknown; "conflict": another transaction won; both are safe to repeat. "starting": the server is
 * there, but doesn't take us yet. "final": repeating won't help.
 */
export type Fault = "lost" | "conflict" | "starting" | "final";

// The system's codes, and classes and codes of appendix A of PostgreSQL's manual.
const LOST = new Set([
  ..."ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN".split(
    " ",
  ),
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P05", // idle_session_timeout
  "25P03", // idle_in_transaction_session_timeout
  "25006", // read_only_sql_transaction: for the moment we talk to a standby
]);
const STARTING = new Set([
  "57P03", // cannot_connect_now
  "53300", // too_many_connections
]);
const CONFLICT = new Set([
  "40001", // serialization_failure
  "40P01", // deadlock_detected
  "23505", // unique_violation: somebody else added the same row a moment ago
]);

// pg's own errors carry no code.
const LOST_MESSAGE =
  /^Connection terminated|not queryable|timeout exceeded when trying to connect|^Client was closed/i;

export function faultOf(error: unknown): Fault {
  const code = codeOf(error);
  if (code === undefined)
    return error instanceof Error && LOST_MESSAGE.test(error.message) ? "lost" : "final";
  if (LOST.has(code) || code.startsWith("08")) return "lost";
  if (STARTING.has(code)) return "starting";
  return CONFLICT.has(code) ? "conflict" : "final";
}

/** From what pg, the server or the system says to our kinds. Secrets that pg's errors may carry stay behind. */
export function toStoreError(error: unknown, operation: string): DaybookError {
  const code = codeOf(error);
  const said = messageOf(error);
  const options = { operation, code, cause: error };
  switch (code) {
    case "28P01":
    case "28000":
      return new DaybookError(
        "auth",
        `PostgreSQL refused the login: ${said}; check user and password`,
        options,
      );
    case "3D000":
      return new DaybookError("config", `${said}; create it (createdb) or correct the name`, options);
    case "42501":
      return new DaybookError(
        "config",
        `${said}; let the database's owner create the schema and grant this user all on it`,
        options,
      );
    case "ENOTFOUND":
      // Later on it is a name server that is away.
      if (operation !== "open") break;
      return new DaybookError("config", "the database server's name doesn't resolve; check host", options);
    case "ERR_INVALID_URL":
      // Without the cause: it quotes the connection string, password and all.
      return new DaybookError(
        "config",
        "connectionString isn't a URL; percent-encode what is special in it",
        {
          operation,
          code,
        },
      );
    case "53100":
      return new DaybookError("no-space", `the database server's disk is full: ${said}`, options);
    case "3F000":
    case "42P01":
      return new DaybookError("store", `the ledger's tables are gone: ${said}`, { ...options, retry: "no" });
  }
  if (faultOf(error) !== "lost") return new DaybookError("store", said, options);
  const advice = operation === "open" ? "; check that it runs, and host and port" : "";
  return new DaybookError("store", `PostgreSQL can't be reached: ${said}${advice}`, options);
}

// Node tries all addresses of a host, and where all fail, throws their errors together.
const firstOf = (error: unknown): unknown => (error instanceof AggregateError ? error.errors[0] : error);

function messageOf(error: unknown): string {
  const one = firstOf(error);
  return one instanceof Error ? one.message : String(one);
}

function codeOf(error: unknown): string | undefined {
  const code = (firstOf(error) as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
