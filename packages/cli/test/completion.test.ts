import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { daybook, temporaryFolder } from "./workspace.js";

const has = (shell: string) => {
  try {
    execFileSync(shell, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    const reason = `${shell} is not here: run .ci/servers as root`;
    if (process.env.CI === "true") throw new Error(reason);
    console.warn(`skipped: ${reason}`);
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
  ["the command that help is asked for", ["help", "ver"], ["verify"]],
  ["choices behind an equals sign", ["files", "--status=quar"], ["--status=quarantined"]],
  ["levels of the log", ["run", "--log-level=d"], ["--log-level=debug"]],
  ["the configuration behind an equals sign", ["--config=daybook."], ["--config=daybook.SHELL"]],
  ["a command behind such a configuration", ["--config=x.yaml", "gap"], ["gaps"]],
];

/** What a line is once a shell has completed its last word, if it can be completed in one way. */
const completed = (words: string[], wanted: string[], shell: string) =>
  ["daybook", ...words.slice(0, -1), wanted[0]?.replace("SHELL", shell) ?? words.at(-1)].join(" ");

/** Types a line and a tab into a real bash on a terminal, and tells what the line is then. */
async function bash(folder: string, file: string, line: string, wordBreaks: string): Promise<string> {
  const out = join(folder, "line");
  const rc = join(folder, "rc");
  await writeFile(
    rc,
    `source ${file}
PS1='READY>'
${wordBreaks}
told() { printf %s "$READLINE_LINE" > ${out}; exit; }
bind -x '"\\C-t": told'
`,
  );
  // It gives a command a terminal, and keeps no record in /dev/null.
  const child = spawn("script", ["-qc", `bash --noprofile --rcfile ${rc} -i`, "/dev/null"], {
    cwd: folder,
    env: { ...process.env, HOME: folder, TERM: "dumb" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const ready = shown.includes("READY>");
    shown += text;
    if (!ready && shown.includes("READY>")) child.stdin.write(`${line}\t\x14`);
  });
  await exited;
  return readFile(out, "utf8");
}

const onTerminal = has("bash") && has("script");

test.runIf(onTerminal).each(WANTED)("bash completes %s", async (_what, words, wanted) => {
  const { folder, file } = await script("bash");
  const line = await bash(folder, file, ["daybook", ...words].join(" "), "");
  expect(line.trim()).toBe(completed(words, wanted, "bash"));
});

test.runIf(onTerminal).each(WANTED.filter(([, words]) => words.some((word) => word.includes("="))))(
  "bash completes %s where the equals sign ends no word",
  async (_what, words, wanted) => {
    const { folder, file } = await script("bash");
    const line = await bash(folder, file, ["daybook", ...words].join(" "), "COMP_WORDBREAKS=' '");
    expect(line.trim()).toBe(completed(words, wanted, "bash"));
  },
);

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
    expect(line.trim()).toBe(completed(words, wanted, "zsh"));
  },
);

test("a shell that isn't known is refused, exit 2", async () => {
  const { exitCode, stderr } = await daybook(["completion", "tcsh"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish");
});
