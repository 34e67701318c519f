import { isUtf8 } from "node:buffer";
import { DaybookError } from "../errors/daybook-error.js";

/**
 * Between a server's bytes and the names we keep. Bytes that the encoding has no text for, or would not give back as they
 * were, are written as "‛E9": no two names become one, and every name can be asked for as it is there.
 */
export interface NameCodec {
  decode(bytes: Buffer): string;
  /** The bytes of a name, a path or a whole command. Text that the encoding has no bytes for goes as UTF-8. */
  encode(text: string): Buffer;
}

/** Encodings besides UTF-8, by their names; iconv-lite is one. */
export interface Encodings {
  encodingExists(encoding: string): boolean;
  decode(bytes: Buffer, encoding: string, options: { stripBOM: false }): string;
  encode(text: string, encoding: string): Buffer;
}

// One UTF-8 character, as a server's bytes with a character each.
const CHARACTER =
  /[\0-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}/y;
const ESCAPED = /‛[89A-F][0-9A-F]/;
const ASCII = /^[\0-\x7f]*$/;

/** For names in UTF-8, or in one of the `encodings` that leaves ASCII as it is. Throws kind "config" for another. */
export function nameCodec(encoding: string, encodings: Encodings): NameCodec {
  if (isUtf8Name(encoding)) return new Utf8Names();
  return new EncodedNames(encoding, encodings);
}

/** Whether an encoding, by its name, is UTF-8. */
export function isUtf8Name(encoding: string): boolean {
  return /^utf-?8$/i.test(encoding);
}

class Utf8Names implements NameCodec {
  decode(bytes: Buffer): string {
    if (!isUtf8(bytes)) return piecewise(bytes);
    const text = bytes.toString("utf8");
    return ESCAPED.test(text) ? escapeMarks(text) : text;
  }

  encode(text: string): Buffer {
    return ESCAPED.test(text) ? unescaped(text, (part) => Buffer.from(part)) : Buffer.from(text);
  }
}

class EncodedNames implements NameCodec {
  readonly #encoding: string;
  readonly #encodings: Encodings;

  constructor(encoding: string, encodings: Encodings) {
    this.#encoding = encoding;
    this.#encodings = encodings;
    const ascii = String.fromCharCode(...Array.from({ length: 0x5f }, (_, i) => i + 0x20));
    const known = typeof encoding === "string" && encodings.encodingExists(encoding);
    if (known && encodings.encode(ascii, encoding).equals(Buffer.from(ascii, "latin1"))) return;
    const detail = `\`encoding\` must be one that servers' names can be in, such as latin1, windows-1252, cp437, gbk or shift_jis`;
    throw new DaybookError("config", detail, { operation: "configure" });
  }

  decode(bytes: Buffer): string {
    const text = this.#textOf(bytes);
    const same = !ESCAPED.test(text) && this.#encodings.encode(text, this.#encoding).equals(bytes);
    return same ? text : escapeAll(bytes);
  }

  encode(text: string): Buffer {
    if (ASCII.test(text)) return Buffer.from(text, "latin1");
    return unescaped(text, (part) => {
      const bytes = this.#encodings.encode(part, this.#encoding);
      return this.#textOf(bytes) === part ? bytes : Buffer.from(part);
    });
  }

  #textOf(bytes: Buffer): string {
    return this.#encodings.decode(bytes, this.#encoding, { stripBOM: false });
  }
}

function piecewise(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  let decoded = "";
  for (let at = 0; at < text.length;) {
    CHARACTER.lastIndex = at;
    const character = CHARACTER.exec(text)?.[0];
    decoded += character === undefined ? mark(bytes[at]!) : Buffer.from(character, "latin1").toString("utf8");
    at += character?.length ?? 1;
  }
  // A mark that was there before has bytes of its own, which differ from ours.
  return escapeMarks(decoded, bytes);
}

/** Writes out the marks that a name itself holds, so that they aren't taken for ours. */
function escapeMarks(text: string, bytes?: Buffer): string {
  if (bytes !== undefined && !bytes.includes("‛")) return text;
  return bytes === undefined ? text.replaceAll("‛", "‛E2‛80‛9B") : escapeAll(bytes);
}

function escapeAll(bytes: Buffer): string {
  let text = "";
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : mark(byte);
  return text;
}

function mark(byte: number): string {
  return `‛${byte.toString(16).toUpperCase()}`;
}

function unescaped(text: string, encode: (part: string) => Buffer): Buffer {
  const parts = text.split(/(‛[89A-F][0-9A-F])/);
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 1 ? Buffer.from([parseInt(part.slice(1), 16)]) : encode(part))),
  );
}
