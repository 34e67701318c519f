import type { Output } from "./output.js";

/** Shorter texts occur everywhere: hiding them would hide what they are part of. */
const SHORTEST = 6;

/** Texts that must not be shown. Adapters keep their own secrets back; this is for what they overlook. */
export class Secrets {
  readonly #known = new Set<string>();

  /** Notes a secret in all the ways in which it may be written. */
  add(secret: string): void {
    for (const line of [secret, ...secret.split(/\r?\n/)]) {
      const written = [line, line.trim(), encodeURIComponent(line), JSON.stringify(line).slice(1, -1)];
      for (const one of written) if (one.length >= SHORTEST) this.#known.add(one);
    }
  }

  hide(text: string): string {
    let shown = text;
    for (const secret of this.#known) shown = shown.replaceAll(secret, "***");
    return shown;
  }

  /** An output on which none of them appears. */
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
    };
  }
}
