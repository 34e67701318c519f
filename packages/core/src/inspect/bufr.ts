import { DaybookError } from "../errors/daybook-error.js";
import type { Inspection, Inspector } from "./inspector.js";

const MAGIC = Buffer.from("BUFR");
const CLOSING = Buffer.from("7777");
const SECTION_0 = 8;
const SHORTEST = SECTION_0 + CLOSING.length;
/** Before edition 2, section 0 didn't give the total length. */
const FIRST_WITH_LENGTH = 2;
const PADDING = new Set([0x00, 0x0a, 0x0d]);

/**
 * WMO FM 94 BUFR, from edition 2 on: every message starts with "BUFR", gives its length in octets 5 to 7 and ends in
 * "7777" right there. Several messages may follow each other, with CR, LF or NUL between and after. Looks at no more
 * than the frame: what a message holds isn't decoded.
 */
export function bufr(): Inspector {
  return {
    name: "bufr",
    provesEnd: true,
    inspect: (path) => new BufrInspection(path),
  };
}

class BufrInspection implements Inspection {
  readonly #path: string;
  readonly #head = Buffer.alloc(SECTION_0);
  /** Bytes of the file so far, and where in it the message under way began. */
  #offset = 0;
  #begin = 0;
  /** Of the message under way: 0 between messages, and until section 0 is read the shortest there can be. */
  #length = 0;
  #messages = 0;

  constructor(path: string) {
    this.#path = path;
  }

  update(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length;) {
      if (this.#length === 0 && this.#messages > 0 && PADDING.has(chunk[i]!)) {
        i++;
        this.#offset++;
        continue;
      }
      if (this.#length === 0) {
        this.#begin = this.#offset;
        this.#length = SHORTEST;
      }
      const at = this.#offset - this.#begin;
      const body = this.#length - CLOSING.length;
      if (at >= SECTION_0 && at < body) {
        const skipped = Math.min(body - at, chunk.length - i);
        i += skipped;
        this.#offset += skipped;
      } else {
        this.#check(at, chunk[i]!);
        i++;
        this.#offset++;
      }
    }
  }

  end(): void {
    if (this.#length > 0) {
      const got = this.#offset - this.#begin;
      const says =
        got < SECTION_0 ? "is cut off within section 0" : `says ${this.#length} bytes in section 0`;
      throw this.#bad(`${this.#message()} ${says}, ended after ${got}`);
    }
    if (this.#messages === 0) throw this.#bad("holds no BUFR message, it is empty");
  }

  /** One byte of section 0 or of the closing. */
  #check(at: number, byte: number): void {
    if (at < SECTION_0) {
      this.#head[at] = byte;
      if (at < MAGIC.length && byte !== MAGIC[at]) {
        const found = quoted(this.#head.subarray(0, at + 1));
        const where =
          this.#messages > 0 ? `after message ${this.#messages}, at byte ${this.#begin},` : "at the start";
        throw this.#bad(`${where} there is ${found} where "BUFR" should be`);
      }
      if (at === SECTION_0 - 1) this.#readSection0();
      return;
    }
    const octet = at - (this.#length - CLOSING.length);
    if (byte !== CLOSING[octet]) {
      const found = quoted(Buffer.from([...CLOSING.subarray(0, octet), byte]));
      throw this.#bad(
        `${this.#message()} says ${this.#length} bytes in section 0, but ends in ${found} where "7777" should be`,
      );
    }
    if (octet === CLOSING.length - 1) {
      this.#length = 0;
      this.#messages++;
    }
  }

  #readSection0(): void {
    const length = this.#head.readUIntBE(4, 3);
    const edition = this.#head[7]!;
    if (edition < FIRST_WITH_LENGTH) {
      throw this.#bad(
        `${this.#message()} is of edition ${edition}, which doesn't give its length; 2 and later do`,
      );
    }
    if (length < SHORTEST) {
      throw this.#bad(`${this.#message()} says ${length} bytes in section 0, which no message can have`);
    }
    this.#length = length;
  }

  #message(): string {
    return `message ${this.#messages + 1}`;
  }

  #bad(detail: string): DaybookError {
    return new DaybookError("bad-content", detail, { operation: "inspect", path: this.#path });
  }
}

function quoted(bytes: Uint8Array): string {
  const printable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return printable ? `"${Buffer.from(bytes).toString("latin1")}"` : `0x${Buffer.from(bytes).toString("hex")}`;
}
