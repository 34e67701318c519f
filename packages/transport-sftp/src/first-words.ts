import type { Duplex } from "node:stream";
import { DaybookError } from "@daybook/core";
import { cut } from "./border.js";

/** A server's greeting and its list of algorithms fit in less. */
const MOST = 16 * 1024;
const KEXINIT = 20;
/** Length, padding's length, type and cookie come before the lists. */
const BEFORE_LISTS = 22;

/** By how they begin: what listens at a port that isn't SSH's. */
const OTHERS: readonly { readonly begins: RegExp; readonly is: string; readonly use?: string }[] = [
  { begins: /^(?:220|421|554)[ -][^\n]{0,400}\b(?:E?SMTP|mail)\b/i, is: "a mail server" },
  { begins: /^(?:120|220|230|331|421|500|530)[ -]/, is: "an FTP server", use: "ftp" },
  { begins: /^(?:HTTP\/\d|<!?(?:doctype|html))/i, is: "a web server" },
  { begins: /^[\x15\x16]\x03[\0-\x04]/, is: "a server that speaks TLS" },
  { begins: /^\* (?:OK|BYE|PREAUTH)\b/, is: "a mail server (IMAP)" },
  { begins: /^\+OK\b/, is: "a mail server (POP3)" },
  { begins: /^RFB \d{3}\./, is: "a VNC server" },
  { begins: /^\x03\0\0/, is: "a remote desktop server" },
];

/** What a server offers of each kind, in ssh2's words for it. */
export type Offers = Readonly<Record<"kex" | "serverHostKey" | "cipher" | "hmac" | "compress", string>>;

/** Listens to how a server begins, beside ssh2: what it is if it isn't SSH, and what it offers if it is. */
export class FirstWords {
  #heard = Buffer.alloc(0);
  #onForeign: ((what: string) => void) | undefined;

  constructor(stream: Duplex, onForeign: (what: string) => void) {
    this.#onForeign = onForeign;
    const listen = (chunk: Buffer) => {
      this.#heard = Buffer.concat([this.#heard, chunk.subarray(0, MOST - this.#heard.length)]);
      const what = this.#foreign;
      if (what !== undefined) this.#onForeign?.(what);
      if (what !== undefined || this.#heard.length >= MOST) stream.off("data", listen);
    };
    stream.on("data", listen);
    this.stop = () => void stream.off("data", listen);
  }

  /** Listens no more. What was heard is kept. */
  readonly stop: () => void;

  get silent(): boolean {
    return this.#heard.length === 0;
  }

  /** Its first line, where it isn't SSH's. */
  get strange(): string | undefined {
    const text = this.#text;
    if (text === "" || text.includes("SSH-")) return undefined;
    return cut(text.split(/\r?\n/, 1)[0]!);
  }

  /** What it offers in its first packet; undefined where that didn't come whole. */
  get offers(): Offers | undefined {
    const start = this.#text.search(/^SSH-/m);
    const end = start < 0 ? -1 : this.#heard.indexOf("\n", start);
    const packet = end < 0 ? undefined : this.#heard.subarray(end + 1);
    if (packet === undefined || packet.length < BEFORE_LISTS || packet[5] !== KEXINIT) return undefined;
    const lists: string[] = [];
    for (let at = BEFORE_LISTS; lists.length < 8;) {
      if (at + 4 > packet.length) return undefined;
      const length = packet.readUInt32BE(at);
      if (at + 4 + length > packet.length) return undefined;
      lists.push(
        packet
          .subarray(at + 4, at + 4 + length)
          .toString("latin1")
          .replaceAll(",", ", "),
      );
      at += 4 + length;
    }
    const [kex, serverHostKey, cipher, , hmac, , compress] = lists as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return { kex, serverHostKey, cipher, hmac, compress };
  }

  get #foreign(): string | undefined {
    const text = this.#text;
    const other = text.startsWith("SSH-") ? undefined : OTHERS.find(({ begins }) => begins.test(text));
    return (
      other &&
      `this is ${other.is}, not an SSH server: use ${other.use ? `${other.use}, or ` : ""}the port of SSH`
    );
  }

  get #text(): string {
    return this.#heard.subarray(0, 1000).toString("latin1");
  }
}

/** What a port that isn't SSH's is told as. */
export function foreign(where: string, what: string): DaybookError {
  return new DaybookError("config", `${where}: ${what}`, { operation: "connect" });
}

/** ssh2's words for what it found nothing in common with. */
const NOTHING_IN_COMMON: readonly (readonly [RegExp, keyof Offers])[] = [
  [/no matching key exchange/i, "kex"],
  [/no matching host key/i, "serverHostKey"],
  [/no matching [CS]->[CS] cipher/i, "cipher"],
  [/no matching [CS]->[CS] MAC/i, "hmac"],
  [/no matching [CS]->[CS] compression/i, "compress"],
];

/** What to say of a server with which nothing could be agreed on; undefined where that isn't what went wrong. */
export function nothingInCommon(message: string, offers: Offers | undefined): string | undefined {
  const kind = NOTHING_IN_COMMON.find(([words]) => words.test(message))?.[1];
  if (kind === undefined) return undefined;
  const list = offers && cut(offers[kind]);
  const has = list ? `the server offers only ${list}` : "the server offers nothing that is allowed";
  return (
    `no ${kind} algorithm in common: ${has}. Where it can't be mended, allow what it has: ` +
    `set \`algorithms\` to { legacy: true }, or name it in algorithms.${kind}.append`
  );
}
