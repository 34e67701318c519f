import { errorKind } from "@daybook/transport-ftp";
import type { WireError } from "@daybook/transport-ftp";
import { describe, expect, test } from "vitest";

type Row = [phase: WireError["phase"], code: number | string, text: string, kind: string];

const tables: Record<string, Row[]> = {
  vsftpd: [
    ["connect", 421, "421 There are too many connections from your internet address.", "busy"],
    ["login", 530, "530 Not logged in, only 2 sessions from same IP allowed concurrently", "busy"],
    ["login", 530, "530 Login incorrect.", "auth"],
    ["login", 530, "530 This FTP server is anonymous only.", "auth"],
    ["login", 530, "530 Anonymous sessions must use encryption.", "config"],
    ["login", 530, "530 Non-anonymous sessions must use encryption.", "config"],
    ["list", 550, "550 Failed to change directory.", "undecided"],
    ["read", 550, "550 Failed to open file.", "undecided"],
    ["read", 550, "550 Permission denied.", "permission"],
    ["read", 425, "425 Failed to establish connection.", "network"],
    ["read", 426, "426 Failure writing network stream.", "cut-short"],
    ["read", 451, "451 Failure reading local file.", "busy"],
    ["list", 522, "522 Data connections must be encrypted.", "config"],
  ],
  proftpd: [
    ["login", 530, "530 Login incorrect.", "auth"],
    [
      "login",
      530,
      "530 Sorry, the maximum number of clients (2) from your host are already connected.",
      "busy",
    ],
    ["login", 530, "530 Sorry, the maximum number of allowed clients (5) are already connected.", "busy"],
    ["login", 550, "550 SSL/TLS required on the control channel", "config"],
    ["secure", 500, "500 AUTH not understood", "config"],
    ["list", 550, "550 /a/nope: No such file or directory", "not-found"],
    ["list", 450, "450 /a/nope: No such file or directory", "not-found"],
    ["list", 550, "550 '/a/nope' is not a directory", "not-found"],
    ["list", 550, "550 /a/nope: Permission denied", "permission"],
    ["read", 550, "550 /a/nope: Not a regular file", "not-found"],
    ["read", 554, "554 REST: invalid /a/nope argument", "changed"],
    ["read", 421, "421 Idle timeout (600 seconds): closing control connection", "busy"],
  ],
  "pure-ftpd": [
    ["connect", 421, "421 Too many connections (4) from this IP", "busy"],
    ["login", 530, "530 Login authentication failed", "auth"],
    [
      "login",
      421,
      "421-Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
      "config",
    ],
    ["secure", 500, "500 This security scheme is not implemented", "config"],
    ["list", 550, "550 Can't check for file existence", "undecided"],
    ["list", 550, "550 Can't change directory to /a/nope: No such file or directory", "not-found"],
    ["read", 550, "550 Can't open /a/nope: Permission denied", "permission"],
    ["read", 550, "550 I can only retrieve regular files", "undecided"],
    ["read", 553, "553 Prohibited file name: /a/nope", "permission"],
    ["read", 554, "554 Restart offset reset to 0", "changed"],
  ],
  "IIS, FileZilla and others": [
    ["list", 550, "550 The system cannot find the file specified. ", "not-found"],
    ["read", 550, "550 Access is denied. ", "permission"],
    ["list", 550, '550 CWD failed. "/a/nope": directory not found.', "not-found"],
    ["read", 550, "550 Couldn't open the file", "undecided"],
    ["read", 551, "551 No such file", "not-found"],
    ["login", 430, "430 Invalid username or password", "auth"],
    ["login", 534, "534 Policy requires SSL.", "config"],
    ["login", 331, "331 what now?", "protocol"],
    ["list", 502, "502 Command not implemented.", "unsupported"],
    ["list", 503, "503 Bad sequence of commands.", "protocol"],
    ["read", 450, "450 File busy", "busy"],
    ["read", 999, "999 nonsense", "protocol"],
  ],
  "the system": [
    ["connect", "ENOTFOUND", "getaddrinfo ENOTFOUND nowhere.example", "network"],
    ["connect", "EAI_AGAIN", "getaddrinfo EAI_AGAIN nowhere.example", "network"],
    ["connect", "ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:21", "network"],
    ["connect", "ETIMEDOUT", "connect ETIMEDOUT", "timeout"],
    ["read", "ECONNRESET", "read ECONNRESET (control socket)", "network"],
    ["secure", "DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate", "config"],
    ["connect", "CERT_HAS_EXPIRED", "certificate has expired", "config"],
    ["secure", "ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match", "config"],
    ["secure", "ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number", "config"],
    ["read", "", "Timeout (control socket)", "timeout"],
    ["read", "", "Server sent FIN packet unexpectedly, closing connection.", "network"],
    ["read", "", "unreadable reply, is this an FTP server? It said: hello", "protocol"],
  ],
};

describe.each(Object.entries(tables))("what %s says", (_, rows) => {
  test.each(rows)("while in %s: %s %j is %s", (phase, code, text, kind) => {
    expect(errorKind({ phase, code, text, path: "/a/nope" }) ?? "undecided").toBe(kind);
  });
});

test("words in a path don't decide what a reply means", () => {
  const path = "/no such place/permission denied";
  expect(errorKind({ phase: "list", code: 550, text: `550 ${path}: No such file or directory`, path })).toBe(
    "not-found",
  );
  expect(errorKind({ phase: "read", code: 550, text: `550 Can't open ${path}`, path })).toBeUndefined();
});
