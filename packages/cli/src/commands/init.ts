import { constants } from "node:fs";
import { access, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DaybookError, isDaybookError, printable } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import type { Given } from "../init/questions.js";
import type { GlobalOptions } from "./options.js";

export function initCommand(context: CommandContext): Command {
  return new Command("init")
    .description("write a configuration with comments: asks, on a terminal, for what the options don't say")
    .argument(
      "[example...]",
      "whole paths of files at the server: the layout is told from them, better from two of other days and stations",
    )
    .option(
      "--example <path>",
      "one more; may be given several times",
      (path: string, all: string[] = []) => [...all, path],
    )
    .option("--layout <template>", "the layout, in place of an example")
    .option("--use <protocol>", "ftp or sftp")
    .option("--host <host>", "the server's name or address")
    .option("--port <port>", "its port, if it isn't the usual one")
    .option("--user <user>", "the login name; - for an anonymous login")
    .option("--password-env <variable>", "the variable of the environment that holds the password")
    .option("--password-file <file>", "or the file that does")
    .option("--name <name>", "what the source is called")
    .option(
      "--radars <names>",
      "values of the placeholder that the example's station became, with commas between",
    )
    .option("--start <instant>", "from when on, such as 2025-01-01T00:00:00Z")
    .option("--end <instant>", "until when; - to run until stopped")
    .option("--destination <folder>", "the folder for the files")
    .option("--state <file>", "the ledger's file")
    .option("--try", "then try it on the server, as check does")
    .option("-y, --yes", "ask nothing: take what is usual for what isn't given")
    .action(async (paths: string[], options: Given & InitOptions, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      await init(context, config, { ...options, examples: [...paths, ...(options.example ?? [])] }, options);
    });
}

interface InitOptions {
  readonly example?: string[];
  readonly yes?: boolean;
  readonly try?: boolean;
}

async function init(
  context: CommandContext,
  file: string,
  given: Given,
  { yes, try: tries }: InitOptions,
): Promise<void> {
  const { stdout } = context;
  const stdin = yes ? undefined : context.stdin?.();
  await refuseExisting(file);
  // Only this command needs them.
  const { silentAsker, terminalAsker } = await import("../init/ask.js");
  const { answersFrom } = await import("../init/questions.js");
  const { configText } = await import("../init/config-text.js");
  const { checkConfig } = await import("../config/check-config.js");
  const { missingPackages } = await import("../init/missing-packages.js");
  const asker = stdin?.isTTY ? terminalAsker(stdin, stdout) : silentAsker;
  const answers = await answersFrom(given, asker)
    .catch((cause: unknown) => {
      if (isDaybookError(cause)) throw cause;
      throw new DaybookError("config", (cause as Error).message, { cause });
    })
    .finally(() => asker.close());
  const text = configText(answers);
  const password = answers.password && "env" in answers.password ? { [answers.password.env]: "x" } : {};
  const { problems } = checkConfig(text, { ...context.env, ...password });
  if (problems !== undefined)
    throw new DaybookError(
      "config",
      `nothing was written: ${problems.map(({ message }) => message).join("; ")}`,
    );
  await writeFile(file, text, { flag: "wx" });
  stdout.line(`wrote ${file}`);
  for (const remark of answers.remarks) stdout.line(`look: ${printable(remark)}`);
  const missing = missingPackages(answers, dirname(resolve(file)));
  if (missing.length > 0) stdout.line(`install what it needs:  npm install ${missing.join(" ")}`);
  if (answers.password && "env" in answers.password && context.env[answers.password.env] === undefined)
    stdout.line(`set the password:  export ${answers.password.env}=…`);
  const other = file === "./daybook.yaml" ? "" : ` -c ${file}`;
  if (!tries) return stdout.line(`then see whether it fits the server:  daybook check${other}`);
  // Only who asks for it needs the server.
  const { checkCommand } = await import("./check.js");
  const again = new Command().option("-c, --config <file>").addCommand(checkCommand(context));
  await again.parseAsync(["--config", file, "check"], { from: "user" });
}

async function refuseExisting(file: string): Promise<void> {
  const exists = await access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
  if (exists)
    throw new DaybookError(
      "config",
      `${file} exists already and is left as it is: name another with --config`,
    );
}
