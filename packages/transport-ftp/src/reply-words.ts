import type { ErrorKind } from "@daybook/core";

/** "connect" ends with the greeting, "secure" with the TLS handshake, "login" when commands may be sent. */
export type Phase = "connect" | "secure" | "login" | "list" | "read";

/** What is behind a reply, where it changes what there is to do about it. */
export type Reason =
  | "tls-wanted"
  | "no-tls"
  | "certificate-wanted"
  | "account-wanted"
  | "shut-out"
  | "credentials"
  | "too-many-logins"
  | "too-many-transfers"
  | "logged-out"
  | "quota"
  | "in-use";

/** What a reply means. No kind: the server says it of what is missing and of what is forbidden, only a look around tells. */
export interface Meaning {
  readonly kind?: ErrorKind;
  readonly reason?: Reason;
  /** No row knows these words: what came of the look around is a guess. */
  readonly guessed?: true;
}

interface Row extends Meaning {
  /** Single codes, or the first and the last of many. Default any. */
  readonly codes?: readonly number[] | { readonly from: number; readonly to: number };
  /** All of these are said. Whole words; the text has no paths in it and is in small letters. */
  readonly says?: readonly RegExp[];
  /** Where it was seen, or why it is so. */
  readonly seen: string;
}

const any = (from: number, to: number) => ({ from, to });

/** Until commands may be sent. The first row that fits counts. */
const STARTING: readonly Row[] = [
  {
    says: [/\bcertificates?\b/, /\b(?:required|needed|missing|provide|present|presented|no)\b/],
    ...{ kind: "config", reason: "certificate-wanted", seen: "vsftpd require_cert, FileZilla Server" },
  },
  {
    says: [
      /\b(?:use|using|uses|requires?|needs?|wants?) (?:auth|ftps|tls|ssl|encryption|ftp over tls|secure|explicit)\b/,
    ],
    ...{ kind: "config", reason: "tls-wanted", seen: "FileZilla Server, vsftpd, IIS" },
  },
  {
    says: [
      /\b(?:tls|ssl|encryption|encrypted|secure connections?)\b/,
      /\b(?:required|mandatory|needed|must|only|force[ds]?)\b/,
    ],
    ...{ kind: "config", reason: "tls-wanted", seen: "ProFTPD TLSRequired, Serv-U, Pure-FTPd" },
  },
  {
    says: [
      /\b(?:clear ?text|plain ?text|plain|unencrypted|insecure|non-secure)\b/,
      /\bnot?\b|n't\b|\b(?:disabled|refused|denied|prohibited)\b/,
    ],
    ...{ kind: "config", reason: "tls-wanted", seen: "pure-ftpd, FileZilla Server 0.9" },
  },
  { codes: [521, 522, 533, 534, 535, 536], kind: "config", reason: "tls-wanted", seen: "RFC 2228" },
  { codes: [332], kind: "config", reason: "account-wanted", seen: "RFC 959, mainframes" },
  {
    says: [
      /\b(?:failed|bad|wrong|invalid|incorrect|unsuccessful) (?:user ?names?|users?|password|logins?|log-?ins?|credentials|authentications?|attempts|tries)\b|\b(?:login|log-?in|password|authentication|access) (?:attempts|failures|failed|failure|tries|incorrect|invalid|rejected)\b|\b(?:attempts?|tries|try) (?:left|remaining|exceeded|before)\b/,
    ],
    ...{ kind: "auth", reason: "credentials", seen: "vsftpd, pure-ftpd, Wing FTP, FileZilla Server" },
  },
  {
    says: [/\bserver is (?:locked|full|busy|offline|down)\b/],
    ...{ kind: "busy", reason: "too-many-logins", seen: "FileZilla Server" },
  },
  {
    says: [
      /\b(?:locked|disabled|expired|suspended|banned|blacklisted|black-listed|revoked|deactivated|inactive|locked out)\b/,
    ],
    ...{ kind: "auth", reason: "shut-out", seen: "ProFTPD mod_ban, Serv-U, IIS, glftpd, Titan FTP" },
  },
  { codes: [421], kind: "busy", reason: "too-many-logins", seen: "RFC 959" },
  { codes: any(100, 199), kind: "busy", seen: "RFC 959: 120 Service ready in nnn minutes" },
  {
    says: [
      /\btoo many\b|\bmax(?:imum)?\b|\blimit(?:s|ed to)?\b|\bexceed(?:s|ed)?\b|\balready (?:connected|logged|online)\b|\bno more\b|\bonly \d{1,6} (?:sessions|connections|logins)\b|\b(?:concurrent|simultaneous)(?:ly)?\b|\b(?:is|are|site|server) full\b|\btry (?:again )?later\b|\btemporar(?:y|ily)\b|\btry again\b|\bno free\b|\bslots?\b/,
    ],
    ...{ kind: "busy", reason: "too-many-logins", seen: "vsftpd, ProFTPD, wu-ftpd, Serv-U, glftpd, ioFTPD" },
  },
];

const STARTING_BY_CODE: Readonly<Record<"connect" | "secure" | "login", readonly Row[]>> = {
  connect: [],
  secure: [
    { codes: any(400, 499), kind: "busy", seen: "RFC 4217: 431" },
    { codes: any(500, 599), kind: "config", reason: "no-tls", seen: "any server without TLS" },
  ],
  login: [
    {
      codes: [501, 553],
      says: [/\b(?:user|name|username|login|account|password)\b/],
      kind: "auth",
      reason: "credentials",
      seen: "embedded devices",
    },
  ],
};

const STARTING_AT_LAST: readonly Row[] = [
  {
    codes: [430, 530, 532, 550],
    kind: "auth",
    reason: "credentials",
    seen: "RFC 959, FileZilla Server: 430",
  },
  { codes: any(400, 499), kind: "busy", seen: "RFC 959: transient" },
];

const MISSING =
  /\bno such\b|\bnot found\b|\b(?:does|do|did)(?: not|n't) exist\b|\bnot exist(?:s|ing)?\b|\b(?:can(?:not| not|'t)|could(?: not|n't)|unable to) (?:find|locate)\b|\bunknown file\b|\bnot a (?:directory|folder|plain file|regular file|file)\b|\bis a (?:directory|folder)\b|\bnon-?existent\b|\binvalid (?:path|directory|folder)\b|\bname is invalid\b/;
const REFUSED =
  /\bpermissions?\b|\bdenied\b|\bnot permitted\b|\bforbidden\b|\bprohibited\b|\b(?:not|n't) allow(?:ed)?\b|\bno access\b|\baccess (?:is )?(?:violation|not)\b|\bprivileges?\b|\bunauthori[sz]ed\b|\bnot authori[sz]ed\b|\brights\b|\bmay not\b|\b(?:not|n't) accessible\b|\bcan(?:not|'t) access\b/;

/** Once commands may be sent: what is answered concerns a folder or a file. The first row that fits counts. */
const WORKING: readonly Row[] = [
  { codes: [421], kind: "busy", seen: "RFC 959" },
  { codes: [552], kind: "busy", reason: "quota", seen: "RFC 959: storage exceeded" },
  {
    says: [/\b(?:quota|ratio|credits?|enough disk|disk space|byte limit|bandwidth)\b/],
    ...{
      codes: any(400, 599),
      kind: "busy",
      reason: "quota",
      seen: "glftpd, ioFTPD, Serv-U, ProFTPD mod_quotatab",
    },
  },
  {
    says: [
      /\btoo many\b|\bmax(?:imum)?\b|\blimits?\b|\bexceed(?:s|ed)?\b|\balready (?:downloading|transferring)\b|\b(?:concurrent|simultaneous)\b|\bno more\b|\bno free\b|\bslots?\b/,
      /\b(?:transfers?|connections?|users?|sessions?|clients?|downloads?|open files|files open|handles?|slots?|logins?|threads?|requests?|downloading|transferring)\b/,
    ],
    ...{
      kind: "busy",
      reason: "too-many-transfers",
      seen: "ProFTPD MaxTransfersPerUser, Serv-U, pure-ftpd, wu-ftpd, glftpd",
    },
  },
  {
    says: [
      /\bused by (?:another|other)\b|\bsharing violation\b|\b(?:file|resource|directory|folder|device|it|currently|text file|temporarily) (?:is )?(?:busy|locked|in use)\b|\blocked\b|\bin use\b|\bbeing (?:written|uploaded|modified|used|transferred)\b|\bresource temporarily unavailable\b|\btemporar(?:y|ily)\b|\btry (?:again|later)\b|\bbusy\b|\bstill (?:uploading|open)\b/,
    ],
    ...{
      kind: "busy",
      reason: "in-use",
      seen: "IIS, FileZilla Server, Serv-U, pure-ftpd, vsftpd (EAGAIN, ETXTBSY)",
    },
  },
  {
    says: [/\btoo many\b|\bmax(?:imum)?\b|\blimits?\b|\bexceed(?:s|ed)?\b/],
    ...{ kind: "busy", seen: "any: a limit of something" },
  },
  { codes: [425], kind: "network", seen: "RFC 959" },
  { codes: [426], kind: "cut-short", seen: "RFC 959" },
  { codes: [521, 522, 533, 534, 535, 536], kind: "unsupported", seen: "RFC 2228, vsftpd require_ssl_reuse" },
  { codes: [530, 532], kind: "permission", reason: "logged-out", seen: "vsftpd, ProFTPD after an idle time" },
  {
    says: [/\blog(?:ged)? ?[io]n\b/, /\bnot\b|\bplease\b|\bfirst\b/],
    kind: "permission",
    reason: "logged-out",
    seen: "embedded devices: 550, 503",
  },
  { says: [MISSING, REFUSED], kind: undefined, seen: "RFC 959's own words, in brackets" },
  { says: [MISSING], kind: "not-found", seen: "ProFTPD, pure-ftpd, IIS, FileZilla Server" },
  { codes: any(400, 499), kind: "busy", seen: "RFC 959: transient" },
  { codes: any(500, 599), says: [REFUSED], kind: "permission", seen: "vsftpd, ProFTPD, IIS" },
  {
    codes: [550, 551, 450],
    says: [
      /\bfailed to (?:open|change)\b|\b(?:can't|cannot|couldn't|could not|unable to) (?:open|check|change|cwd|retrieve)\b|\bcan only retrieve\b|\bfile unavailable\b|\brequested action not taken\b|\bcwd failed\b/,
    ],
    ...{ kind: undefined, seen: "vsftpd, pure-ftpd, FileZilla Server" },
  },
  { codes: [553], kind: "permission", seen: "pure-ftpd: Prohibited file name" },
  { codes: [554], kind: "changed", seen: "ProFTPD, pure-ftpd: REST" },
  { codes: [500, 501, 502, 504], kind: "unsupported", seen: "RFC 959" },
  { codes: [503], kind: "protocol", seen: "RFC 959: bad sequence" },
];

/** What a reply means in a phase. A path in it says nothing: it may hold any word. */
export function meaningOf(code: number, text: string, phase: Phase, path?: string): Meaning {
  const rows =
    phase === "list" || phase === "read"
      ? WORKING
      : [...STARTING, ...STARTING_BY_CODE[phase], ...STARTING_AT_LAST];
  if (code < 400 && code !== 332 && code >= 200) return { kind: "protocol" };
  if (code < 100 || code > 559) return { kind: "protocol" };
  const said = wordsOf(text, path);
  const row = rows.find(
    ({ codes, says = [] }) => fits(codes, code) && says.every((pattern) => pattern.test(said)),
  );
  if (row !== undefined) return { kind: row.kind, reason: row.reason };
  return phase === "list" || phase === "read" ? { guessed: true } : { kind: "protocol" };
}

/** A server's words in small letters, without paths, other names in quotation marks, and the code. */
export function wordsOf(text: string, path?: string): string {
  let said = text.replace(/^\d{3}[ -]?/gm, "");
  if (path !== undefined && path.length > 1) {
    said = said.replaceAll(path, " ");
    const name = path.slice(path.lastIndexOf("/") + 1);
    // Short ones are words of their own, too.
    if (name.length > 3) said = said.replaceAll(name, " ");
  }
  return said
    .replace(/"[^"\n]*"/g, " ")
    .replace(/(?<![\w/])\/[^\s/:]+(?:\/[^\s/:]*)+|(?<![\w/])\/[^\s/:]+(?=:)/g, " ")
    .toLowerCase();
}

function fits(codes: Row["codes"], code: number): boolean {
  if (codes === undefined) return true;
  return "from" in codes ? code >= codes.from && code <= codes.to : codes.includes(code);
}
