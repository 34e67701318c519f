import type { DaybookError, ErrorKind } from "../errors/daybook-error.js";

const ADVICE: Partial<Record<ErrorKind, string>> = {
  auth: "correct the login in `transport`; a wrong password that is tried often may lock the account",
  network: "see whether the server can be reached from this machine, and whether host and port are right",
  timeout:
    "a firewall may be in the way, or the server is slow: raise `timeout`; over FTP, `force_pasv: true` may help",
  busy: "the server takes no more logins: use fewer `connections`, end what else is logged in, or try later",
  protocol: "the server doesn't speak as expected: is it the right port for `use`?",
  config: "correct `transport` in the configuration",
  unsupported: "correct `transport` in the configuration",
};

/** What to do about a server that couldn't be asked, beside what the error says itself. */
export function connectionAdvice({ kind }: DaybookError): string | undefined {
  return ADVICE[kind];
}
