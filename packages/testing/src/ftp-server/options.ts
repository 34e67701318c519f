import type { Clock } from "@daybook/core";
import type { RemoteTree } from "../remote-tree.js";
import type { FtpFaultOptions } from "./faults.js";

export interface FtpTlsOptions {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** The newest version it speaks; below TLSv1.2 with whatever ciphers it takes. Default Node's. */
  readonly maxVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2";
  /** TLS from the first byte instead of after AUTH TLS. */
  readonly implicit?: boolean;
  /** Refuse logins and transfers in the clear. */
  readonly required?: boolean;
}

export interface FtpServerOptions {
  readonly tree: RemoteTree;
  /** Passwords by user. Default: anybody may log in. */
  readonly users?: Readonly<Record<string, string>>;
  readonly tls?: FtpTlsOptions;
  /** Where a log-in leads. Default "/". */
  readonly home?: string;
  /** "mlsd" (default): machine-readable listings, as ProFTPD has. "list": only `ls -l` lines, as vsftpd. */
  readonly style?: "mlsd" | "list";
  /** What listing a missing directory says: 550 (default), 450 as ProFTPD, or success with no entries as vsftpd. */
  readonly missingDirectory?: "550" | "450" | "empty";
  readonly faults?: FtpFaultOptions;
  /** Decides whether LIST shows a time or a year. Default the machine's. */
  readonly clock?: Clock;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0, any free one. */
  readonly port?: number;
}
