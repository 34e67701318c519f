import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommandLine, toJson } from "daybook";
import type { Output } from "daybook";
import { afterEach } from "vitest";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-cli-"));
  folders.push(folder);
  return folder;
}

export async function writeConfig(text: string, folder?: string): Promise<string> {
  const file = join(folder ?? (await temporaryFolder()), "daybook.yaml");
  await writeFile(file, text);
  return file;
}

export interface Captured {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with a log for people. */
export async function daybook(args: readonly string[], env: Record<string, string> = {}): Promise<Captured> {
  const stdout = new CapturedOutput();
  const stderr = new CapturedOutput();
  const exitCode = await runCommandLine(args, {
    stdout,
    stderr,
    env: { DAYBOOK_LOG_FORMAT: "human", ...env },
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

export class CapturedOutput implements Output {
  text = "";
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;

  constructor({ isTerminal = false, columns = 80, rows = 24 } = {}) {
    this.rows = rows;
    this.isTerminal = isTerminal;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }

  line(text: string): void {
    this.text += `${text}\n`;
  }

  data(text: string): void {
    this.line(text);
  }

  json(value: unknown, indent?: number): void {
    this.line(toJson(value, indent));
  }
}

/** The command as it is installed. */
export const BIN = join(dirname(fileURLToPath(import.meta.url)), "../bin/daybook.js");
