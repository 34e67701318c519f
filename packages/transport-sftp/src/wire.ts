import type { NameCodec } from "@daybook/core";
import { malformed } from "./border.js";

// SFTP version 3, draft-ietf-secsh-filexfer-02: what reading a tree needs of it, from the client's side.

export const VERSION = 3;

export const REQUEST = {
  INIT: 1,
  OPEN: 3,
  CLOSE: 4,
  READ: 5,
  OPENDIR: 11,
  READDIR: 12,
  REALPATH: 16,
  STAT: 17,
  EXTENDED: 200,
} as const;
export const REPLY = {
  VERSION: 2,
  STATUS: 101,
  HANDLE: 102,
  DATA: 103,
  NAME: 104,
  ATTRS: 105,
  EXTENDED: 201,
} as const;
export const STATUS = { OK: 0, END_OF_FILE: 1 } as const;
/** OPEN's flag for reading. */
export const FOR_READING = 1;
/** What a server lets one request ask for; OpenSSH's, from 8.5 on. */
export const LIMITS = "limits@openssh.com";

/** Bytes of an entry with nothing in it: two lengths and the flags. */
const LEAST_ENTRY = 12;

/** What a server tells of a file. Each is left out by some. */
export interface Attributes {
  /** Bytes; as a bigint where a number can't tell it exactly. */
  readonly size?: number | bigint;
  /** Type and permissions, as in POSIX. */
  readonly mode?: number;
  /** Seconds since 1970, UTC. */
  readonly mtime?: number;
}

export interface NamedEntry extends Attributes {
  readonly name: string;
  /** The name's bytes are lost, what there is of it is for people. */
  readonly damaged?: boolean;
  /** A line for people, as `ls -l` writes it. */
  readonly line: string;
}

const FORMAT = 0o170000;
const TYPES: Readonly<Record<number, "file" | "directory" | "link">> = {
  0o040000: "directory",
  0o100000: "file",
  0o120000: "link",
};

/** What a mode says; undefined where it holds permissions only. */
export function typeOf(mode: number | undefined): "file" | "directory" | "link" | "other" | undefined {
  const format = (mode ?? 0) & FORMAT;
  return format === 0 ? undefined : (TYPES[format] ?? "other");
}

const ATTRIBUTE = { SIZE: 0x1, OWNER: 0x2, MODE: 0x4, TIMES: 0x8, EXTENDED: 0x80000000 } as const;

/** A request as it goes over the wire: its subject is a path or a handle. */
export function encode(
  type: number,
  id: number,
  subject: string | Buffer,
  numbers: readonly number[],
): Buffer {
  const length = typeof subject === "string" ? Buffer.byteLength(subject) : subject.length;
  const packet = Buffer.allocUnsafe(13 + length + 4 * numbers.length);
  packet.writeUInt32BE(packet.length - 4, 0);
  packet[4] = type;
  packet.writeUInt32BE(id, 5);
  packet.writeUInt32BE(length, 9);
  if (typeof subject === "string") packet.write(subject, 13);
  else subject.copy(packet, 13);
  for (let i = 0, at = 13 + length; i < numbers.length; i++, at += 4) packet.writeUInt32BE(numbers[i]!, at);
  return packet;
}

/** The greeting: the only packet without an id. */
export function encodeInit(): Buffer {
  return Buffer.from([0, 0, 0, 5, REQUEST.INIT, 0, 0, 0, VERSION]);
}

/** What follows a reply's id, field by field. A field that isn't there throws kind "protocol". */
export class Fields {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(): number {
    return this.#bytes.readUInt32BE(this.#skip(4));
  }

  /** A number up to 2^53, a bigint above. */
  longNumber(): number | bigint {
    const [high, low] = [this.number(), this.number()];
    return high < 2 ** 21 ? high * 2 ** 32 + low : (BigInt(high) << 32n) | BigInt(low);
  }

  bytes(): Buffer {
    const length = this.number();
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    return this.bytes().toString("utf8");
  }

  attributes(): Attributes {
    const flags = this.number();
    const size = flags & ATTRIBUTE.SIZE ? this.longNumber() : undefined;
    if (flags & ATTRIBUTE.OWNER) this.#skip(8);
    const mode = flags & ATTRIBUTE.MODE ? this.number() : undefined;
    if (flags & ATTRIBUTE.TIMES) this.#skip(4);
    const mtime = flags & ATTRIBUTE.TIMES ? this.number() : undefined;
    // Pairs of name and value.
    const texts = flags & ATTRIBUTE.EXTENDED ? 2 * this.number() : 0;
    for (let i = 0; i < texts; i++) this.bytes();
    return { size, mode, mtime };
  }

  names(codec: NameCodec): NamedEntry[] {
    const entries: NamedEntry[] = [];
    for (let count = this.number(); count > 0; count--) {
      const name = codec.decode(this.bytes());
      const line = codec.decode(this.bytes());
      entries.push({ name, line, ...this.attributes() });
    }
    // A count that is too low would make a whole directory of a part of it.
    if (this.left >= LEAST_ENTRY) throw malformed("it holds more entries than it says");
    return entries;
  }

  #skip(length: number): number {
    const at = this.#at;
    if (length > this.left) throw malformed("it ends in the middle of a field");
    this.#at += length;
    return at;
  }
}
