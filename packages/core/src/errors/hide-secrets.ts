import { printable } from "./daybook-error.js";

const HIDDEN = "***";

/** Shorter texts occur everywhere: they are hidden only where a password stands. */
const SHORTEST = 6;
/** So long that no word holds it by chance. */
const LONG = 16;

/** Passwords of public accounts, and words of messages: hiding them as words would tell them by what is left. */
const COMMON = new Set(
  (
    "anonymous archive closed connect connection daybook directory download expired failed folder guest login " +
    "listing missing mirror nobody passphrase password private public radars reader readonly refused secret " +
    "server source timeout transfer upload weather"
  ).split(" "),
);

/** What stands before a password in commands, replies and settings. */
const BEFORE =
  "(?:(?:pass|pwd|passwd|password|passphrase|token|secret)(?: is)?[ :=]{1,3}[\"'`(<]?|:\\/\\/[^\\s\\/:@]{0,200}:)";
const AFTER = "(?![\\p{L}\\p{N}_])";
const NOT_BEFORE = "(?<![\\p{L}\\p{N}_]|[\\p{L}\\p{N}_][.-])";
const NOT_AFTER = "(?![\\p{L}\\p{N}_]|[.-][\\p{L}\\p{N}_])";

const IS_WORD = /[\p{L}\p{N}_]/u;
/** Where a path ends on either side. */
const ENDS_PATH = /[\s"'`()<>[\]{}=:,;@]/;

export interface HideOptions {
  /**
   * Whether the text is ours and may quote others. What is only digits or only small letters may then be a figure or a
   * word of our own, and is hidden only where a password stands.
   */
  readonly ours?: boolean;
}

/**
 * Texts that messages must not tell. Each is replaced by `***` where it stands as a whole, and where a password would
 * stand; what has fewer than six characters, or is a common word, only there. Parts of paths are data and stay. For
 * messages alone: data must never go through this.
 */
export class SecretWords {
  /** The longest first: one may be part of another. */
  #known: readonly string[] = [];

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  add(secret: string): void {
    const all = new Set([...this.#known, ...waysToWrite(secret)]);
    this.#known = [...all].sort((a, b) => b.length - a.length);
  }

  hide(message: string, { ours = false }: HideOptions = {}): string {
    let shown = message;
    for (const written of this.#known) if (shown.includes(written)) shown = hideOne(shown, written, ours);
    return shown;
  }
}

/** A message from outside without these secrets, by the rules of `SecretWords`. */
export function hideSecrets(message: string, secrets: Iterable<string>): string {
  return new SecretWords(secrets).hide(message);
}

function hideOne(message: string, secret: string, ours: boolean): string {
  const literal = secret.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&");
  const inPlace = new RegExp(`(${BEFORE})${literal}${IS_WORD.test(secret.at(-1)!) ? AFTER : ""}`, "giu");
  const shown = message.replace(inPlace, `$1${HIDDEN}`);
  if (!isTelling(secret, ours)) return shown;
  if (secret.length >= LONG) return shown.replaceAll(secret, hideUnlessPath);
  const before = IS_WORD.test(secret[0]!) ? NOT_BEFORE : "";
  const after = IS_WORD.test(secret.at(-1)!) ? NOT_AFTER : "";
  return shown.replace(new RegExp(`${before}${literal}${after}`, "gu"), hideUnlessPath);
}

/** Whether a word that is this secret can hardly be anything else. */
function isTelling(secret: string, ours: boolean): boolean {
  if (secret.length < SHORTEST || COMMON.has(secret.toLowerCase())) return false;
  return !(ours && /^(?:[\d.,:-]+|\p{Ll}+)$/u.test(secret));
}

/** A folder that is called like the password is no password. What begins with // is a URL's. */
function hideUnlessPath(secret: string, at: number, message: string): string {
  let [start, end] = [at, at + secret.length];
  while (start > 0 && !ENDS_PATH.test(message[start - 1]!)) start--;
  while (end < message.length && !ENDS_PATH.test(message[end]!)) end++;
  const around = message.slice(start, at) + message.slice(at + secret.length, end);
  return around.includes("/") && !message.startsWith("//", start) ? secret : HIDDEN;
}

/** As it is, line by line, and as URLs, JSON and what is made printable hold it. */
function waysToWrite(secret: string): string[] {
  const lines = [secret, ...secret.split(/\r?\n/)];
  return lines
    .flatMap((line) => [
      line,
      line.trim(),
      ...encoded(line),
      JSON.stringify(line).slice(1, -1),
      printable(line),
    ])
    .filter((written) => written !== "");
}

function encoded(text: string): string[] {
  try {
    const inUrl = encodeURIComponent(text);
    return [inUrl, inUrl.replace(/%../g, (code) => code.toLowerCase()), encodeURI(text)];
  } catch {
    // A lone surrogate has no such form.
    return [];
  }
}
