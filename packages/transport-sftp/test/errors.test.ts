import type { ErrorKind } from "@daybook/core";
import type { Phase, WireFailure } from "@daybook/transport-sftp";
import { sftpErrorKind } from "@daybook/transport-sftp";
import { expect, test } from "vitest";

type Row = readonly [Phase, WireFailure, ErrorKind];

const rows: Record<string, readonly Row[]> = {
  "OpenSSH's status codes": [
    ["request", { message: "End of file", code: 1 }, "cut-short"],
    ["request", { message: "No such file", code: 2 }, "not-found"],
    ["request", { message: "Permission denied", code: 3 }, "permission"],
    ["request", { message: "Failure", code: 4 }, "protocol"],
    ["request", { message: "Bad message", code: 5 }, "protocol"],
    ["request", { message: "No connection", code: 6 }, "network"],
    ["request", { message: "Connection lost", code: 7 }, "network"],
    ["request", { message: "Operation unsupported", code: 8 }, "unsupported"],
  ],
  "later drafts' status codes": [
    ["request", { message: "Invalid handle", code: 9 }, "protocol"],
    ["request", { message: "No such path", code: 10 }, "not-found"],
    ["request", { message: "Not a directory", code: 19 }, "not-found"],
    ["request", { message: "File is a directory", code: 24 }, "not-found"],
    ["request", { message: "Something new", code: 77 }, "protocol"],
  ],
  "words that tell more than their code": [
    [
      "request",
      { message: "Maximum concurrent transfers exceeded for the current context", code: 3 },
      "busy",
    ],
    ["request", { message: "Too many open handles: current=5, max.=4", code: 4 }, "busy"],
    ["request", { message: "Too many open files in this session, maximum 100", code: 4 }, "busy"],
    [
      "request",
      {
        message: "The requested operation cannot be performed because there is a file transfer in progress.",
        code: 4,
      },
      "busy",
    ],
    ["request", { message: "The file is being used by another process", code: 4 }, "busy"],
    ["request", { message: "Sharing violation", code: 3 }, "busy"],
    ["request", { message: "File is locked", code: 4 }, "busy"],
    ["request", { message: "Resource temporarily unavailable", code: 4 }, "busy"],
    ["request", { message: "Download quota exceeded", code: 3 }, "busy"],
    ["request", { message: "Lock conflict", code: 17 }, "busy"],
    ["request", { message: "No such file or directory", code: 4 }, "not-found"],
    ["request", { message: "Access is denied", code: 4 }, "permission"],
    // A word counts as a word, and not in a path.
    ["request", { message: "/data/too many files/busy: Failure", code: 4 }, "protocol"],
    ["request", { message: "C:\\locked\\by: Permission denied", code: 3 }, "permission"],
    ["request", { message: "Overlimited", code: 4 }, "protocol"],
  ],
  "accounts that are shut": [
    ["connect", { message: "Your account has expired; please contact your system administrator" }, "auth"],
    ["connect", { message: "User account is locked", code: 2 }, "auth"],
    ["connect", { message: "You are required to change your password immediately", code: 11 }, "auth"],
    ["connect", { message: "Password has expired", code: 2 }, "auth"],
    ["connect", { message: "Maximum number of sessions for this user reached", code: 11 }, "busy"],
  ],
  "a refused login": [
    [
      "connect",
      { message: "All configured authentication methods failed", level: "client-authentication" },
      "auth",
    ],
    ["connect", { message: "Failed to connect to agent", level: "agent" }, "auth"],
    ["connect", { message: "Too many authentication failures", code: 2 }, "auth"],
    ["connect", { message: "No more auth methods", code: 14 }, "auth"],
  ],
  "a server that has enough": [
    ["connect", { message: "Connection lost before handshake", level: "protocol" }, "busy"],
    ["connect", { message: "Too many connections", code: 12 }, "busy"],
    ["connect", { message: "(SSH) Channel open failure: open failed" }, "busy"],
  ],
  "a server that can't": [
    ["connect", { message: "Unable to start subsystem: sftp" }, "unsupported"],
    ["connect", { message: "Received exit code 1 while establishing SFTP session", code: 1 }, "unsupported"],
    [
      "connect",
      { message: "Handshake failed: no matching key exchange algorithm", level: "handshake" },
      "unsupported",
    ],
  ],
  "a lost connection": [
    ["request", { message: "No response from server" }, "network"],
    ["request", { message: "read ECONNRESET", code: "ECONNRESET", level: "client-socket" }, "network"],
    ["connect", { message: "connect ETIMEDOUT", code: "ETIMEDOUT", level: "client-socket" }, "timeout"],
    ["connect", { message: "Keepalive timeout", level: "client-timeout" }, "timeout"],
    ["connect", { message: "getaddrinfo ENOTFOUND nowhere", code: "ENOTFOUND" }, "network"],
    ["connect", { message: "By application", code: 11 }, "network"],
  ],
  "a reply that can't be read": [
    ["request", { message: "Malformed NAME packet", level: "sftp-protocol" }, "protocol"],
    ["request", { message: "Received more data than requested" }, "protocol"],
  ],
};

for (const [what, table] of Object.entries(rows)) {
  test.each(table)(`${what}: %s %o is %s`, (phase, wire, kind) => {
    expect(sftpErrorKind(wire, phase)).toBe(kind);
  });
}
