import { templateError } from "./template-error.js";

/** strftime's letters (POSIX, with glibc's "-" for numbers without zeros) and what they are here. */
const LETTERS: Readonly<Record<string, string>> = {
  Y: "{yyyy}",
  y: "{yy}",
  m: "{MM}",
  "-m": "{M}",
  b: "{MMM}",
  h: "{MMM}",
  B: "{MMMM}",
  d: "{dd}",
  "-d": "{d}",
  j: "{DDD}",
  "-j": "{D}",
  G: "{YYYY}",
  g: "{YY}",
  V: "{ww}",
  u: "{weekday}",
  a: "{EEE}",
  A: "{EEEE}",
  H: "{HH}",
  "-H": "{H}",
  I: "{hh}",
  "-I": "{h}",
  p: "{ampm}",
  M: "{mm}",
  "-M": "{m}",
  S: "{ss}",
  "-S": "{s}",
  s: "{epoch}",
  F: "{yyyy}-{MM}-{dd}",
  T: "{HH}:{mm}:{ss}",
  R: "{HH}:{mm}",
  "%": "%",
};

/** What marks a text as strftime's: something that says a year, as every date here has to. */
const HAS_YEAR = /%[YyGgsF]/;

/** A template written in strftime's letters, in our own; any other text as it is, where "%" is a sign like others. */
export function fromStrftime(text: string): string {
  if (!HAS_YEAR.test(text) || /\{(?:yy|YY|epoch)/.test(text)) return text;
  return text.replace(/%(-?[\s\S]?)/g, (code, letter: string, at: number) => {
    const field = Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined;
    if (field !== undefined) return field;
    throw templateError(
      text,
      `"${code}" is none of strftime's letters known here: see docs/layouts.md`,
      at + 1,
    );
  });
}
