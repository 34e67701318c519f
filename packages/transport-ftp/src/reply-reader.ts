import { DaybookError } from "@daybook/core";
import type { FTPResponse } from "basic-ftp";

/** What a server answered. */
export interface Reply extends FTPResponse {
  /** The server's words, code included, cut to 500 characters. */
  readonly message: string;
  /** All its lines, whole: for what is read off a reply rather than told. */
  readonly lines: readonly string[];
}

/** Characters of a server's words that are kept. */
const MOST_WORDS = 500;
/** Characters in one reply, and in what comes between two. */
const MOST_IN_REPLY = 64 * 1024;
const MOST_LINES = 1000;
const MOST_GARBAGE = 200;

/** Puts replies together from what comes on a control connection (RFC 959 section 4.2), each within bounds. */
export class ReplyReader {
  /** The beginning of a line. */
  #rest = "";
  #lines: string[] = [];
  #closing = "";
  #size = 0;
  #garbage = "";

  /** Characters of a reply that isn't whole yet. */
  get pending(): number {
    return this.#size;
  }

  /** What has come and is no reply, cut. */
  get garbage(): string {
    return (this.#garbage + this.#rest).trim().slice(0, MOST_GARBAGE);
  }

  /** A whole line came that is no reply. */
  get heardGarbage(): boolean {
    return this.#garbage !== "";
  }

  forgetGarbage(): void {
    this.#garbage = "";
  }

  /** The replies that are whole with this. Throws a `DaybookError` where one has no end. */
  *take(chunk: string): Generator<Reply> {
    let at = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", at)) {
      const line = this.#rest + chunk.slice(at, end);
      this.#rest = "";
      this.#grow(end + 1 - at);
      at = end + 1;
      const reply = this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (reply) yield reply;
    }
    this.#rest += chunk.slice(at);
    this.#grow(chunk.length - at);
  }

  #grow(characters: number): void {
    this.#size += characters;
    if (this.#size <= MOST_IN_REPLY && this.#lines.length <= MOST_LINES) return;
    const detail = `a reply of the server has no end: more than ${MOST_IN_REPLY} characters or ${MOST_LINES} lines came`;
    throw new DaybookError("protocol", detail);
  }

  #line(line: string): Reply | undefined {
    if (this.#closing !== "") {
      this.#lines.push(line);
      if (line !== this.#closing && !line.startsWith(`${this.#closing} `)) return undefined;
      const lines = this.#lines;
      this.#lines = [];
      return this.#whole(this.#closing, lines);
    }
    if (/^\d{3}(?: |$)/.test(line)) return this.#whole(line.slice(0, 3), [line]);
    if (/^\d{3}-/.test(line)) {
      this.#closing = line.slice(0, 3);
      this.#lines = [line];
    } else if (line.trim() !== "" && this.#garbage.length < MOST_GARBAGE) {
      this.#garbage += `${line.slice(0, MOST_GARBAGE)}\n`;
    }
    return undefined;
  }

  #whole(code: string, lines: readonly string[]): Reply {
    this.#closing = "";
    this.#size = 0;
    return { code: Number(code), message: words(lines), lines };
  }
}

/** Of a long reply the beginning, and of many lines the last one, too: it says what came of it. */
function words(lines: readonly string[]): string {
  const all = lines.length === 1 ? lines[0]! : lines.join("\n");
  if (all.length <= MOST_WORDS) return all;
  const last = lines.length === 1 ? "" : `\n${lines.at(-1)!.slice(0, MOST_WORDS / 2)}`;
  return `${all.slice(0, MOST_WORDS - last.length - 3)}...${last}`;
}
