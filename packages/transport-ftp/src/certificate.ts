import { createHash } from "node:crypto";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { DaybookError } from "@daybook/core";
import type { ResolvedFtpOptions } from "./options.js";

/** What is pinned needs nobody to vouch for it. */
export function tlsOptionsOf({ tls: { fingerprint, ...tls }, host }: ResolvedFtpOptions): ConnectionOptions {
  return { ...tls, host, ...(fingerprint !== undefined && { rejectUnauthorized: false }) };
}

/** Why this isn't the certificate that was pinned, if one was. */
export function checkPin(
  socket: TLSSocket,
  { tls }: Pick<ResolvedFtpOptions, "tls">,
): DaybookError | undefined {
  // Who takes a session up again has shown the certificate in it before.
  if (tls.fingerprint === undefined || socket.isSessionReused()) return undefined;
  const { raw } = socket.getPeerCertificate();
  const shown = raw === undefined ? "" : createHash("sha256").update(raw).digest("hex");
  if (shown === plain(tls.fingerprint)) return undefined;
  const detail = `the server's certificate isn't the one pinned by \`tls.fingerprint\`: its SHA-256 is ${shown || "unknown"}`;
  return new DaybookError("config", detail);
}

/** "SHA256:AB:CD…", "ab cd …" and "abcd…" alike. */
export function plain(fingerprint: string): string {
  return fingerprint
    .replace(/^sha-?256[:=]/i, "")
    .replace(/[: ]/g, "")
    .toLowerCase();
}
