import type { Clock, HostBudget, NameCodec, OneHostMemory } from "@daybook/core";
import { DaybookError, isUtf8Name } from "@daybook/core";
import type { AlgorithmOptions } from "./algorithms.js";
import { checkAlgorithms } from "./algorithms.js";
import type { ListingBounds } from "./border.js";
import { LISTING_BOUNDS } from "./border.js";
import { nameCodec } from "./name-codec.js";
import { fromBase32 } from "./totp.js";

/** How the server's key is checked. Without one of these: against `~/.ssh/known_hosts`. */
export type HostKeyOptions =
  /** A file as OpenSSH writes it; true is `~/.ssh/known_hosts`. */
  | { readonly knownHosts: string | true }
  /** The key's SHA-256 as `ssh-keygen -lf` prints it: "SHA256:…". */
  | { readonly fingerprint: string }
  /** No check: whoever answers is believed, and given the password. */
  | { readonly acceptAnything: true };

/** One SSH server and the login there. */
export interface SshTarget {
  readonly host: string;
  /** Default 22. */
  readonly port?: number;
  readonly user: string;
  readonly password?: string;
  /** The key itself, as in the file `ssh-keygen` wrote: not the file's path. */
  readonly privateKey?: string | Buffer;
  /** Opens an encrypted `privateKey`. */
  readonly passphrase?: string;
  /** The socket of an SSH agent; true takes it from the environment's SSH_AUTH_SOCK. */
  readonly agent?: string | true;
  /** The secret of an authenticator, in base32: what it shows now is given where a server asks for a code. */
  readonly totp?: string;
  /** What to answer, in order, to what else a server asks. */
  readonly answers?: readonly string[];
  /** Default `{ knownHosts: true }`. */
  readonly hostKey?: HostKeyOptions;
  /** What may be agreed on beyond what is safe today, or not. */
  readonly algorithms?: AlgorithmOptions;
}

export interface SftpTransportOptions extends SshTarget {
  /** A server to go through, where `host` can't be reached from here. */
  readonly jump?: SshTarget;
  /** SSH connections at once. Default 2: one is enough for small files, large ones fill its window. */
  readonly connections?: number;
  /** Lists and reads that share one connection. Default 32. */
  readonly filesPerConnection?: number;
  /** How long the server may leave a request, or the connecting, without an answer, in ms. Default 30 s. */
  readonly timeout?: number;
  /** How often an idle connection is asked for a sign of life, in ms. Default 10 s; 4 without an answer end it. */
  readonly keepalive?: number;
  /** False sends one request at a time per file or directory, for servers that can't take more. Default true. */
  readonly pipelining?: boolean;
  /** Requests for entries under way at once while a directory is listed. Default 4. */
  readonly listingDepth?: number;
  /** True: paths begin at the home of who logs in, wherever that is, and not at the root. Default false. */
  readonly home?: boolean;
  /**
   * What the server's names are in, where that isn't UTF-8: "latin1", "windows-1252", "cp437", "gbk", "shift_jis" and so
   * on, any that leaves ASCII as it is. Default "utf8". Bytes that can't be read so are written as "‛E9". Needs `pipelining`.
   */
  readonly encoding?: string;
  /** What one listing may bring before it counts as endless. Default 2 million entries, 256 MiB. */
  readonly listingBounds?: ListingBounds;
  /** Shared with others that use the host. Default: one of its own for `connections`. */
  readonly budget?: HostBudget;
  readonly clock?: Clock;
  /** What earlier processes learnt of the host, and where to keep what is learnt now. */
  readonly memory?: OneHostMemory;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly target: ResolvedTarget;
  readonly jump: ResolvedTarget | undefined;
  readonly connections: number;
  readonly filesPerConnection: number;
  readonly timeout: number;
  readonly keepalive: number;
  readonly pipelining: boolean;
  readonly listingDepth: number;
  readonly home: boolean;
  /** For names in `encoding`. */
  readonly codec: NameCodec;
  readonly listingBounds: ListingBounds;
}

export type ResolvedTarget = SshTarget & Required<Pick<SshTarget, "port" | "hostKey">>;

/** Fills in the defaults. Throws kind "config" for what can't work. */
export function resolveOptions(options: SftpTransportOptions): ResolvedOptions {
  const pipelining = options.pipelining ?? true;
  return {
    target: resolveTarget(options, ""),
    jump: options.jump && resolveTarget(options.jump, "jump."),
    connections: positive("connections", options.connections ?? 2),
    filesPerConnection: positive("filesPerConnection", options.filesPerConnection ?? 32),
    timeout: positive("timeout", options.timeout ?? 30_000),
    keepalive: positive("keepalive", options.keepalive ?? 10_000),
    pipelining,
    home: options.home ?? false,
    codec: codecFor(options.encoding, pipelining),
    listingBounds: options.listingBounds ?? LISTING_BOUNDS,
    listingDepth: pipelining ? positive("listingDepth", options.listingDepth ?? 4) : 1,
  };
}

function codecFor(encoding: string | undefined, pipelining: boolean): NameCodec {
  const codec = nameCodec(encoding);
  if (pipelining || encoding === undefined || isUtf8Name(encoding)) return codec;
  const detail = "`encoding` can't be used with `pipelining: false`, which reads names in UTF-8 only";
  throw new DaybookError("config", detail, { operation: "configure sftp" });
}

/** The server as sources and budgets know it: "sftp://host:port". */
export function endpointOf({ host, port = 22 }: SshTarget): string {
  return `sftp://${host.includes(":") ? `[${host}]` : host.toLowerCase()}:${port}`;
}

/** What must not be shown, whoever repeats it. */
export function secretsOf({ password, passphrase, totp, answers = [] }: SshTarget): string[] {
  return [password, passphrase, totp, ...answers].filter((secret) => secret !== undefined);
}

function resolveTarget(target: SshTarget, at: string): ResolvedTarget {
  const {
    host,
    port = 22,
    user,
    password,
    privateKey,
    passphrase,
    agent,
    totp,
    answers,
    algorithms,
  } = target;
  if (!host) throw refuse(`${at}host is missing: give the server's name or address`);
  if (!user) throw refuse(`${at}user is missing: give the name to log in with`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw refuse(`${at}port must be from 1 to 65535`);
  if ([password, privateKey, agent, answers, totp].every((way) => way === undefined)) {
    throw refuse(`no way to log in to ${host}: give ${at}password, ${at}privateKey or ${at}agent`);
  }
  const hostKey = resolveHostKey(target.hostKey, at);
  if (totp !== undefined) fromBase32(totp);
  checkAlgorithms(algorithms, at);
  return { host, port, user, password, privateKey, passphrase, agent, totp, answers, hostKey, algorithms };
}

function resolveHostKey(given: HostKeyOptions | undefined, at: string): HostKeyOptions {
  if (given === undefined) return { knownHosts: true };
  const { knownHosts, fingerprint, acceptAnything } = given as Record<string, unknown>;
  const ways = [knownHosts, fingerprint, acceptAnything].filter((way) => way !== undefined && way !== false);
  if (ways.length !== 1) {
    throw refuse(`${at}hostKey takes exactly one of knownHosts, fingerprint and acceptAnything: true`);
  }
  // 32 bytes in base64: 43 digits, with or without the padding.
  if (fingerprint !== undefined && !/^SHA256:[A-Za-z0-9+/]{43}=?$/.test(String(fingerprint))) {
    throw refuse(
      `${at}hostKey.fingerprint must look as ssh-keygen -lf prints it: "SHA256:" and 43 characters`,
    );
  }
  return given;
}

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw refuse(`${name} must be a whole number above 0`);
}

function refuse(detail: string): DaybookError {
  return new DaybookError("config", detail, { operation: "connect" });
}
