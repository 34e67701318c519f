import type { ErrorKind } from "@daybook/core";
import { cut } from "./border.js";

/** What a server's words tell beyond their code; the first row whose words occur decides. */
export interface WordsRow {
  readonly words: RegExp;
  readonly kind: ErrorKind;
  /** Whether fewer at once would help. */
  readonly limit?: true;
  /** The products it was seen on. */
  readonly seen: string;
}

/** Texts of statuses that refuse a request. Servers give them with 3, 4 or codes of later drafts alike. */
export const STATUS_WORDS: readonly WordsRow[] = [
  {
    words:
      /\bmax(?:imum)? (?:number of )?(?:concurrent |simultaneous |open )?(?:transfers|downloads|files|handles)\b/i,
    kind: "busy",
    limit: true,
    seen: "SSHTools' Maverick: Maximum concurrent transfers exceeded for the current context",
  },
  {
    words:
      /\btoo many (?:open |concurrent |simultaneous )?(?:files|handles|transfers|downloads|requests|operations)\b/i,
    kind: "busy",
    limit: true,
    seen: "Apache MINA SSHD: Too many open handles: current=…; ProFTPD's mod_sftp, SFTPGo: Too many open files; sling #654",
  },
  {
    words: /\bfile transfer in progress\b/i,
    kind: "busy",
    limit: true,
    seen: "Globalscape EFT; mscdex/ssh2 #791",
  },
  {
    words: /\b(?:transfer|download|bandwidth|traffic|connection|session|handle|open file) (?:limit|quota)\b/i,
    kind: "busy",
    limit: true,
    seen: "SFTPGo: transfer quota exceeded; Cerberus, CrushFTP",
  },
  {
    words: /\bslow down\b|\bthrottl(?:ed|ing)\b|\brate exceeded\b/i,
    kind: "busy",
    seen: "AWS Transfer, SFTPGo on S3",
  },
  {
    words: /\bbeing used by another (?:process|user|program)\b/i,
    kind: "busy",
    seen: "OpenSSH on Windows, Bitvise",
  },
  { words: /\bsharing violation\b/i, kind: "busy", seen: "Bitvise, Titan, Cerberus" },
  { words: /\bfile (?:is )?(?:locked|in use|busy)\b/i, kind: "busy", seen: "GoAnywhere, MOVEit, Serv-U" },
  {
    words: /\block(?:ed)? (?:by|conflict)\b/i,
    kind: "busy",
    seen: "Bitvise, GoAnywhere (SSH_FX_LOCK_CONFLICT)",
  },
  {
    words: /\bresource (?:temporarily unavailable|busy)\b/i,
    kind: "busy",
    seen: "EAGAIN, EBUSY as ProFTPD's mod_sftp tells them",
  },
  { words: /\btext file busy\b/i, kind: "busy", seen: "ETXTBSY as asyncssh tells it" },
  {
    words: /\b(?:try|retry) (?:it )?again\b|\btemporarily\b/i,
    kind: "busy",
    seen: "CrushFTP, MOVEit, Axway",
  },
  { words: /\bserver (?:is )?(?:too )?busy\b/i, kind: "busy", seen: "Titan, CompleteFTP" },
  {
    words: /\bno such (?:file|directory|path)\b|\b(?:file|path) (?:does not exist|not found)\b/i,
    kind: "not-found",
    seen: "Windows servers with status 4; CrushFTP, Serv-U",
  },
  {
    words: /\bis a directory\b|\bnot a (?:directory|regular file)\b/i,
    kind: "not-found",
    seen: "EISDIR, ENOTDIR as asyncssh and ProFTPD tell them",
  },
  {
    words: /\bpermission denied\b|\baccess (?:is )?denied\b|\boperation not permitted\b/i,
    kind: "permission",
    seen: "Windows servers with status 4",
  },
];

/** Words of a log-in or a connection that was refused: ssh2 gives these no code, or the server gives any. */
export const CONNECT_WORDS: readonly WordsRow[] = [
  { words: /too many authentication failures/i, kind: "auth", seen: "OpenSSH, with 2" },
  {
    words:
      /\b(?:account|user|login) (?:is |has been |has |was )?(?:expired|locked|disabled|suspended|blocked)\b/i,
    kind: "auth",
    seen: "PAM: account expired; Bitvise, GoAnywhere, MOVEit, Serv-U",
  },
  {
    words:
      /\bpassword (?:is |has |must |needs to )?(?:be )?(?:expired|changed?)\b|\brequired to change your password\b/i,
    kind: "auth",
    seen: "PAM: You are required to change your password immediately; sshj #453, MOVEit",
  },
  {
    words:
      /\btoo many (?:connections|sessions|users|logins|clients)\b|\bmax(?:imum)? (?:number of )?(?:connections|sessions|logins|users|clients)\b/i,
    kind: "busy",
    seen: "ProFTPD's mod_sftp, Serv-U, MySecureShell, SFTPGo; Bitvise with 12",
  },
  { words: /channel open failure/i, kind: "busy", seen: "OpenSSH over MaxSessions" },
  // What a server does that has enough connections (MaxStartups) or has had enough of this address.
  { words: /connection lost before handshake/i, kind: "busy", seen: "OpenSSH over MaxStartups" },
  {
    words: /unable to start subsystem|exit code \d+ while establishing/i,
    kind: "unsupported",
    seen: "OpenSSH without sftp-server",
  },
  {
    words: /no matching (?:key exchange|host key|c->s|s->c|[\w ]{0,30}(?:algorithm|cipher|mac))/i,
    kind: "unsupported",
    seen: "ssh2's own",
  },
  { words: /unsupported algorithm/i, kind: "config", seen: "ssh2's own" },
  {
    words: /no response from server|connection lost|not connected|unexpected (?:end|close)/i,
    kind: "network",
    seen: "ssh2's own",
  },
  {
    words: /malformed|packet length|unknown packet type|expected version packet|received more data/i,
    kind: "protocol",
    seen: "ssh2's own",
  },
];

/** The kind that words tell by a table. What stands in a path tells nothing. */
export function kindIn(rows: readonly WordsRow[], words: string): ErrorKind | undefined {
  return rowFor(rows, words)?.kind;
}

function rowFor(rows: readonly WordsRow[], words: string): WordsRow | undefined {
  const told = cut(words)
    .split(/\s+/)
    .filter((word) => !/[\\/]/.test(word))
    .join(" ");
  return rows.find((row) => row.words.test(told));
}

/** Whether a refusal's words speak of how many there may be at once. */
export function tellsLimit(words: string): boolean {
  return rowFor(STATUS_WORDS, words)?.limit === true;
}
