/** What goes wrong. Bytes are counted from the first one of the transfer. */
export type FtpAction =
  /** After n bytes the data and the control connection are cut, without a reply. */
  | { readonly drop: number }
  /** After n bytes the data connection is closed as if that were all; then this reply, by default a lying 226. */
  | { readonly short: number; readonly reply?: string }
  /** After n bytes nothing more comes, until the client gives up. */
  | { readonly stall: number }
  /** Done as asked, but the (final) reply never comes. */
  | { readonly silent: true }
  /** The control connection is closed instead of a reply. */
  | { readonly hangUp: true }
  /** This instead of the command's work, sent as it is: an error reply, or garbage. After a 421 the server hangs up. */
  | { readonly reply: string }
  /** The data connection is reset before this reply is sent, as ProFTPD does for a missing file. */
  | { readonly reset: true; readonly reply: string }
  /** A listing is empty, and reported as a success. */
  | { readonly empty: true }
  /** Goes on normally once the promise resolves. */
  | { readonly wait: Promise<unknown> };

export type FtpRule = {
  /** The command in capitals; "CONNECT" stands for the greeting. */
  readonly on: string;
  /** The absolute path the command is about, or its raw argument where it isn't about a path. Default any. */
  readonly path?: string | RegExp;
  /** How often it strikes. Default always. */
  readonly times?: number;
} & FtpAction;

export interface FtpFaultOptions {
  readonly rules?: readonly FtpRule[];
  readonly clockOffset?: number;
  readonly listLimit?: number;
  readonly maxConnections?: number;
  readonly maxLogins?: number;
  readonly pasvAddress?: string;
  readonly denied?: readonly string[];
  readonly onRetr?: (path: string, bytesSent: number) => void | Promise<void>;
}

/** What is wrong with a server. Everything may be changed while it runs. */
export class FtpFaults {
  /** Added to every time shown, in ms. */
  clockOffset = 0;
  /** Listings are cut to this many entries and end with "226 Output truncated to n matches". */
  listLimit: number | undefined;
  /** Connections beyond this many are greeted with 421. */
  maxConnections: number | undefined;
  /** Logins beyond this many at once are answered with 530. */
  maxLogins: number | undefined;
  /** The IPv4 address that PASV tells instead of the real one. */
  pasvAddress: string | undefined;
  /** "550 Permission denied." for these paths and all below them. */
  denied: readonly string[];
  /** Called before the first byte of a file and after each chunk of at most 64 KiB; may change the tree. */
  onRetr: ((path: string, bytesSent: number) => void | Promise<void>) | undefined;
  readonly #rules: { rule: FtpRule; left: number }[] = [];

  constructor(options: FtpFaultOptions = {}) {
    this.clockOffset = options.clockOffset ?? 0;
    this.listLimit = options.listLimit;
    this.maxConnections = options.maxConnections;
    this.maxLogins = options.maxLogins;
    this.pasvAddress = options.pasvAddress;
    this.denied = options.denied ?? [];
    this.onRetr = options.onRetr;
    for (const rule of options.rules ?? []) this.add(rule);
  }

  /** Adds a rule; of those that match a command, the first added with strikes left applies. Returns its removal. */
  add(rule: FtpRule): () => void {
    const entry = { rule, left: rule.times ?? Infinity };
    this.#rules.push(entry);
    return () => void (entry.left = 0);
  }

  /** Removes all rules; the other settings stay. */
  clear(): void {
    this.#rules.length = 0;
  }

  /** The rule for this command, one strike used up. */
  take(command: string, path: string): FtpRule | undefined {
    const entry = this.#rules.find(
      ({ rule, left }) => left > 0 && rule.on === command && matches(rule.path, path),
    );
    if (entry === undefined) return undefined;
    entry.left--;
    return entry.rule;
  }

  denies(path: string): boolean {
    return this.denied.some((denied) => path === denied || path.startsWith(`${denied}/`));
  }
}

function matches(wanted: string | RegExp | undefined, path: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? wanted === path : path.search(wanted) >= 0;
}
