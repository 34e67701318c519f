import { readFile } from "node:fs/promises";

/** What a server was asked, from vsftpd's log. */
export interface Commands {
  readonly connections: number;
  readonly total: number;
  /** By verb, most frequent first. */
  readonly byVerb: Readonly<Record<string, number>>;
}

export async function countCommands(log: string, from: number): Promise<Commands> {
  const lines = (await readFile(log)).subarray(from).toString("latin1").split("\n");
  const counts = new Map<string, number>();
  let connections = 0;
  for (const line of lines) {
    const verb = / FTP command: Client "[^"]*", "([A-Za-z]+)/.exec(line)?.[1]?.toUpperCase();
    if (verb) counts.set(verb, (counts.get(verb) ?? 0) + 1);
    else if (line.includes(" CONNECT: Client ")) connections++;
  }
  const byVerb = Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
  return { connections, total: [...counts.values()].reduce((sum, count) => sum + count, 0), byVerb };
}
