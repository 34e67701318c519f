import { SecretWords } from "@daybook/core";
import { messagesIn } from "./format/json.js";
import type { Output } from "./output.js";

/** Texts that must not be shown. Adapters keep their own secrets back; this is for what they overlook. */
export class Secrets {
  readonly #words = new SecretWords();

  add(secret: string): void {
    this.#words.add(secret);
  }

  /** A message as it may be shown. */
  hide(text: string): string {
    return this.#words.hide(text, { ours: true });
  }

  /** An output on which none of them appears in messages, and nothing else is altered. */
  guard(output: Output): Output {
    const hide = (text: string) => this.hide(text);
    return {
      get isTerminal() {
        return output.isTerminal;
      },
      get columns() {
        return output.columns;
      },
      get rows() {
        return output.rows;
      },
      write: (text) => output.write(hide(text)),
      line: (text) => output.line(hide(text)),
      data: (text) => output.data(text),
      json: (value, indent) => output.json(messagesIn(value, hide), indent),
    };
  }
}
