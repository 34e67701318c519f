import { basename } from "node:path";
import { loadConfig } from "daybook";
import { expect } from "vitest";
import { writeConfig } from "./workspace.js";

/** A file without mistakes. */
export const GOOD = `state: { use: memory }
destination: { use: local, path: ./downloads }
sources:
  - name: RMA1
    transport: { use: ftp, host: ftp.example.com }
    layout: /L2/RMA1/{yyyy}/{MM}/{dd}/{HH}/{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR
    start: 2025-01-01T00:00:00Z
`;

export async function problems(text: string, env: Record<string, string> = {}): Promise<string[]> {
  const file = await writeConfig(text);
  const loaded = await loadConfig(file, { env });
  return (loaded.problems ?? []).map((line) => line.replace(file, basename(file)));
}

/** The good file with one line changed; `#` in the expected text is that line's number. */
export const changed = (line: string, to: string) => {
  expect(GOOD.split("\n")).toContain(line);
  return GOOD.replace(line, to);
};
export const NAME = "  - name: RMA1";
export const START = "    start: 2025-01-01T00:00:00Z";
export const TRANSPORT = "    transport: { use: ftp, host: ftp.example.com }";
export const LAYOUT = "    layout: /L2/RMA1/{yyyy}/{MM}/{dd}/{HH}/{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";
export const withStart = (more: string) => `${GOOD}    ${more}\n`;
