export interface Block {
  readonly text: string;
  /** Of its first line on the page, counted from 1. */
  readonly line: number;
  /** From a first line such as `// my-transport.ts`, by which other blocks of the page import it. */
  readonly name: string;
}

/** The blocks of a page that are marked as TypeScript, in their order. */
export function tsBlocks(page: string): Block[] {
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match, i) => {
    const text = match[1]!;
    const line = page.slice(0, match.index).split("\n").length + 1;
    return { text, line, name: /^\/\/ (\S+\.ts)\n/.exec(text)?.[1] ?? `block-${i}.ts` };
  });
}
