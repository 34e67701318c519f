import { spawnSync } from "node:child_process";

/** The first line a program prints about itself; undefined where it isn't installed. */
export function firstLine(program: string, args: readonly string[]): string | undefined {
  // vsftpd prints to its standard input.
  const script = 'command -v "$0" >/dev/null || exit 127; exec "$0" "$@" 0>&1';
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script, program, ...args], { encoding: "utf8" });
  if (status === 127) return undefined;
  return (stdout || stderr).split("\n")[0]!.trim();
}
