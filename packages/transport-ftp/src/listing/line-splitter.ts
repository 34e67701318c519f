/** One line, a character for each byte. */
export interface Line {
  readonly text: string;
  /** Whether there was more of it than is kept of a line. */
  readonly cut: boolean;
}

/** Cuts a text that comes in pieces into lines. Keeps no more than one line's beginning, and looks at each byte once. */
export class LineSplitter {
  readonly #limit: number;
  #rest = "";
  #cut = false;

  /** `limit`: bytes kept of a line. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The lines that end in this piece. */
  push(chunk: Buffer): Line[] {
    const text = chunk.toString("latin1");
    const lines: Line[] = [];
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#add(text.slice(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#add(text.slice(from));
    return lines;
  }

  /** What came after the last end of a line, if anything. */
  end(): Line | undefined {
    const line = this.#take();
    return line.text === "" ? undefined : line;
  }

  #add(piece: string): void {
    const room = this.#limit - this.#rest.length;
    if (piece.length > room) this.#cut = true;
    this.#rest += piece.length > room ? piece.slice(0, room) : piece;
  }

  #take(): Line {
    // A second CR belongs to the line: to leave it out would name another file.
    const text = !this.#cut && this.#rest.endsWith("\r") ? this.#rest.slice(0, -1) : this.#rest;
    const line = { text, cut: this.#cut };
    this.#rest = "";
    this.#cut = false;
    return line;
  }
}
