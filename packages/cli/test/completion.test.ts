import { execFile, execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { daybook, temporaryFolder } from "./workspace.js";

const has = (shell: string) => {
  try {
    execFileSync(shell, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const run = (file: string, args: string[], cwd: string) =>
  new Promise<string>((resolve, reject) =>
    execFile(
      file,
      args,
      { cwd, env: { ...process.env, HOME: cwd, TERM: "dumb" } },
      (error, stdout, stderr) => (error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout)),
    ),
  );

/** The script in a folder of its own, beside a file to complete. */
async function script(shell: string) {
  const folder = await temporaryFolder();
  const file = join(folder, `daybook.${shell}`);
  const { stdout, exitCode } = await daybook(["completion", shell]);
  expect(exitCode).toBe(0);
  await writeFile(file, stdout);
  await writeFile(join(folder, "state_RMA1.db"), "");
  return { folder, file };
}

const WANTED: [string, string[], string[]][] = [
  ["commands", ["ver"], ["verify"]],
  ["options of a command", ["verify", "--rep"], ["--repair"]],
  ["choices of an option", ["files", "--status", "quar"], ["quarantined"]],
  ["shells", ["completion", "fi"], ["fish"]],
  ["files", ["import", "state"], ["state_RMA1.db"]],
  ["the configuration", ["-c", "daybook."], ["daybook.SHELL"]],
  ["a command behind the configuration", ["-c", "x.yaml", "gap"], ["gaps"]],
  ["nothing for a time", ["run", "--from", "2"], []],
];

test.runIf(has("bash")).each(WANTED)("bash completes %s", async (_what, words, wanted) => {
  const { folder, file } = await script("bash");
  const all = ["daybook", ...words];
  const ask = `source ${file}; COMP_WORDS=(${all.join(" ")}); COMP_CWORD=${words.length}; _daybook; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const told = (await run("bash", ["--norc", "-c", ask], folder)).trim();
  expect(told === "" ? [] : told.split("\n")).toEqual(wanted.map((one) => one.replace("SHELL", "bash")));
});

test.runIf(has("fish")).each(WANTED)("fish completes %s", async (_what, words, wanted) => {
  const { folder, file } = await script("fish");
  const ask = `source ${file}; complete -C 'daybook ${words.join(" ")}'`;
  const told = (await run("fish", ["--no-config", "-c", ask], folder)).trim();
  const names = told === "" ? [] : told.split("\n").map((line) => line.split("\t")[0]!);
  expect(names).toEqual(wanted.map((one) => one.replace("SHELL", "fish")));
});

/** Types a line and a tab into a real zsh, and tells what the line is then. */
async function zsh(folder: string, file: string, line: string): Promise<string> {
  const out = join(folder, "line");
  const driver = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT=; autoload -Uz compinit; compinit -u -D; source ${file}; told() { print -rn -- \\$BUFFER > ${out}; exit }; zle -N told; bindkey '^X' told; unsetopt zle_bracketed_paste 2>/dev/null; print READY"
zpty -r z seen '*READY*READY*'
zpty -w -n z $'${line}\\t\\C-x'
while [[ ! -s ${out} ]]; do zpty -r z seen 2>/dev/null || break; done
cat ${out}`;
  return run("zsh", ["-f", "-c", driver], folder);
}

test.runIf(has("zsh")).each(WANTED.filter(([, , wanted]) => wanted.length === 1))(
  "zsh completes %s",
  async (_what, words, wanted) => {
    const { folder, file } = await script("zsh");
    const line = await zsh(folder, file, ["daybook", ...words].join(" "));
    const whole = ["daybook", ...words.slice(0, -1), wanted[0]!.replace("SHELL", "zsh")].join(" ");
    expect(line.trim()).toBe(whole);
  },
);

test("a shell that isn't known is refused, exit 2", async () => {
  const { exitCode, stderr } = await daybook(["completion", "tcsh"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish");
});
