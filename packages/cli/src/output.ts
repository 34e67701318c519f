import { toJson } from "./format/json.js";

/** A stream people or programs read. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal; 80 where it isn't one. */
  readonly columns: number;
  /** Its height; 24 where it isn't one. */
  readonly rows: number;
  write(text: string): void;
  /** Words for people. */
  line(text: string): void;
  /** Figures, names and paths: never altered. */
  data(text: string): void;
  /** One JSON document on a line of its own, or indented: data, but for the messages in it. */
  json(value: unknown, indent?: number): void;
}

/** One of the process's own streams. */
export function streamOutput(stream: NodeJS.WriteStream): Output {
  const write = (text: string) => void stream.write(text);
  return {
    get isTerminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    write,
    line: (text) => write(`${text}\n`),
    data: (text) => write(`${text}\n`),
    json: (value, indent) => write(`${toJson(value, indent)}\n`),
  };
}
