import type { ConnectionOptions } from "node:tls";
import { DaybookError, readSecret, secretKey } from "@daybook/core";
import type { Clock, HostBudget, OneHostMemory, Secret } from "@daybook/core";
import { plain } from "./certificate.js";
import { nameCodec } from "./name-codec.js";

/** What `tls.connect` takes of the same names. */
type NodeTlsOptions = Pick<
  ConnectionOptions,
  | "rejectUnauthorized"
  | "ca"
  | "cert"
  | "key"
  | "passphrase"
  | "servername"
  | "minVersion"
  | "maxVersion"
  | "ciphers"
>;

export interface FtpTlsOptions extends NodeTlsOptions {
  /** SHA-256 of the one certificate that is accepted, in hexadecimal, whoever vouches for it or doesn't. */
  readonly fingerprint?: string;
}

export interface FtpOptions {
  readonly host: string;
  /** Default 21, or 990 where `secure` is "implicit". */
  readonly port?: number;
  /** Default "anonymous". */
  readonly user?: string;
  /** Default "anonymous@", which anonymous servers expect. A function is asked at each log-in. */
  readonly password?: Secret;
  /** What ACCT is sent where the server wants an account beside the password (reply 332). */
  readonly account?: string;
  /** Sent after every log-in, in order, such as "SITE LISTFMT 1". One that is refused ends the log-in. */
  readonly loginCommands?: readonly string[];
  /** true or "explicit": AUTH TLS before the login (FTPS). "implicit": TLS from the first byte. Default false. */
  readonly secure?: boolean | "explicit" | "implicit";
  /** Certificates, for `secure`. */
  readonly tls?: FtpTlsOptions;
  /** Connections to the server at once. Default 5. */
  readonly connections?: number;
  /** How long the server may keep silent, in ms, while something is expected of it. Default 30,000. */
  readonly timeout?: number;
  /**
   * What the server's names are in, where that isn't UTF-8: "latin1", "windows-1252", "cp437", "gbk", "shift_jis" and so
   * on, any that leaves ASCII as it is. Default "utf8". Bytes that can't be read so are written as "‛E9".
   */
  readonly encoding?: string;
  /**
   * Bytes per second below which a listing or a file isn't getting anywhere, averaged over four time-outs: it is given up,
   * and tried again later. Default 100; 0 for none.
   */
  readonly minRate?: number;
  /** The server never cuts listings: one of exactly 1000, 2000, 9998 … names is whole. Default false. */
  readonly trustListings?: boolean;
  /** True: paths begin where the log-in leads (PWD), wherever that is, and not at the root. Default false. */
  readonly home?: boolean;
  /** Ask with PASV at once instead of EPSV first, for firewalls that let EPSV pass and drop the connection. */
  readonly forcePasv?: boolean;
  /**
   * Go where a PASV reply points, even if that is another machine. Default false: data comes from the host that was
   * logged in to, which is also right for servers behind NAT that tell a private address.
   */
  readonly allowSeparateTransferHost?: boolean;
}

export interface FtpTransportOptions extends FtpOptions {
  /** Shared with others that use the same host. Default: a budget of `connections`. */
  readonly budget?: HostBudget;
  readonly clock?: Clock;
  /** What is known of the host, for the next process. Default: of this transport only. */
  readonly memory?: OneHostMemory;
}

export type ResolvedFtpOptions = Required<Omit<FtpOptions, "secure" | "account">> & {
  readonly account?: string;
  readonly secure: false | "explicit" | "implicit";
};

/** With the password as it is now. */
export type LoginFacts = Omit<ResolvedFtpOptions, "password"> & { readonly password: string };

const DEFAULTS = {
  user: "anonymous",
  password: "anonymous@",
  secure: false,
  tls: {},
  connections: 5,
  timeout: 30_000,
  encoding: "utf8",
  minRate: 100,
  trustListings: false,
  home: false,
  loginCommands: [] as readonly string[],
  forcePasv: false,
  allowSeparateTransferHost: false,
} as const;

/** All options with their defaults. Throws kind "config" for one that can't be meant. */
export function resolveOptions(options: FtpOptions): ResolvedFtpOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { secure, ...rest } = { ...DEFAULTS, ...given } as Omit<typeof DEFAULTS, "secure"> & FtpOptions;
  const resolved = {
    port: secure === "implicit" ? 990 : 21,
    ...rest,
    secure: secure === true ? "explicit" : secure,
  } as ResolvedFtpOptions;
  check(typeof resolved.host === "string" && /^[^\s/@]+$/.test(resolved.host), "`host` must be a host name");
  check(whole(resolved.port, 1) && resolved.port < 65536, "`port` must be a number from 1 to 65535");
  check(oneLine(resolved.user) && resolved.user !== "", "`user` must be text on one line");
  check(oneLine(resolved.password) || typeof resolved.password === "function", PASSWORD_RULE);
  check(
    [false, "explicit", "implicit"].includes(resolved.secure),
    "`secure` must be true, false or implicit",
  );
  check(whole(resolved.connections, 1), "`connections` must be a whole number from 1 on");
  check(whole(resolved.timeout, 1), "`timeout` must be a number of milliseconds");
  nameCodec(resolved.encoding);
  check(whole(resolved.minRate, 0), "`minRate` must be a number of bytes per second");
  check(resolved.account === undefined || oneLine(resolved.account), "`account` must be text on one line");
  check(
    Array.isArray(resolved.loginCommands) &&
      resolved.loginCommands.every((line) => oneLine(line) && line !== ""),
    "`loginCommands` must be a list of commands, each on one line",
  );
  const { fingerprint } = resolved.tls;
  check(
    fingerprint === undefined || /^[0-9a-f]{64}$/.test(plain(fingerprint)),
    "`tls.fingerprint` must be a SHA-256 in hexadecimal, as `openssl x509 -fingerprint -sha256` prints it",
  );
  return resolved;
}

const PASSWORD_RULE = "`password` must be text on one line";

/** Rejects with kind "config" and operation "connect" where the password can't be read. */
export async function withPassword(options: ResolvedFtpOptions): Promise<LoginFacts> {
  const password = await readSecret(options.password);
  if (!oneLine(password)) throw new DaybookError("config", PASSWORD_RULE, { operation: "connect" });
  return { ...options, password };
}

/** The server as it is named in logs, budgets and the ledger; no secrets. */
export function endpointOf({ secure, host, port }: ResolvedFtpOptions): string {
  return `${secure ? "ftps" : "ftp"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** What the server judges when we log in. */
export function loginOf({ user, password, secure, tls }: ResolvedFtpOptions): readonly unknown[] {
  return [user, secretKey(password), secure, tls];
}

function whole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function oneLine(value: unknown): value is string {
  // These three would end a command early.
  return typeof value === "string" && !/[\r\n\0]/.test(value);
}

function check(ok: boolean, detail: string): void {
  if (!ok) throw new DaybookError("config", detail, { operation: "configure ftp" });
}
