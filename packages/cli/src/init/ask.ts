import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { DaybookError } from "@daybook/core";
import type { Output } from "../output.js";

/** Something to be read from a person, or from the command line in place of that. */
export interface Question<T> {
  readonly ask: string;
  /** What an empty answer means, as it is typed; without one an answer is required. */
  readonly otherwise?: string;
  /** Throws with a message where the answer makes no sense; it is asked again. */
  read(answer: string): T;
}

export interface Asker {
  ask<T>(question: Question<T>): Promise<T>;
  tell(line: string): void;
  close(): void;
}

/** Asks on a terminal. Rejects with kind "config" when there are no more answers. */
export function terminalAsker(input: NodeJS.ReadableStream, output: Output): Asker {
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => (output.write(chunk.toString()), done()),
  });
  const lines = createInterface({ input, output: sink });
  // Lines that come faster than they are asked for must not be lost.
  const waiting = lines[Symbol.asyncIterator]();
  return {
    async ask({ ask, otherwise, read }) {
      for (;;) {
        output.write(`${ask}${otherwise ? ` [${otherwise}]` : ""} `);
        const next = await waiting.next();
        if (next.done)
          throw new DaybookError("config", "stopped before all was answered; nothing was written");
        const answer = next.value.trim() || otherwise;
        if (answer === undefined) continue;
        try {
          return read(answer);
        } catch (error) {
          output.line(`  ${error instanceof Error ? error.message.trim() : String(error)}`);
        }
      }
    },
    tell: (line) => output.line(line),
    close: () => lines.close(),
  };
}

/** Takes what an empty answer means, and refuses to go on without one. */
export const silentAsker: Asker = {
  async ask({ ask, otherwise, read }) {
    if (otherwise !== undefined) return read(otherwise);
    const detail = `not known, and nobody to ask: ${ask} Give it by an option; daybook init --help shows them`;
    throw new DaybookError("config", detail);
  },
  tell: () => undefined,
  close: () => undefined,
};
