import { once } from "node:events";
import { join } from "node:path";
import type { Daybook } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { checkResult } from "../demo/check-result.js";
import { prepareDemoFolder, writeConfig, writePassword } from "../demo/demo-folder.js";
import { DemoServer } from "../demo/demo-server.js";
import { reportLines } from "../demo/report.js";
import { DEMO_RADARS, demoScenario } from "../demo/scenario.js";
import type { DemoScenario } from "../demo/scenario.js";
import { ExitCode } from "../exit-code.js";
import { run } from "./run.js";

export function demoCommand(context: CommandContext): Command {
  return new Command("demo")
    .description("show all of it: a local FTP server with a sample radar tree, a crawl, and what it found")
    .argument("[folder]", "where it works; a folder of an earlier demo is wiped", "daybook-demo")
    .option("--serve [address]", "show the dashboard too, until stopped; default 127.0.0.1:8470")
    .action((folder: string, { serve }: DemoOptions) => demo(context, folder, serve));
}

interface DemoOptions {
  readonly serve?: string | boolean;
}

async function demo(context: CommandContext, folder: string, serve?: string | boolean): Promise<void> {
  const { stdout } = context;
  await prepareDemoFolder(folder);
  const password = await writePassword(folder);
  const scenario = demoScenario(new Date());
  const server = await DemoServer.start(scenario, password);
  try {
    const config = await writeConfig(folder, scenario, server.port);
    stdout.line(`An FTP server with a sample radar tree is up on 127.0.0.1:${server.port}.`);
    stdout.line(`Crawling it as ${config} says; this takes about 15 seconds.`);
    let sent = false;
    server.sendLateFile(() => (sent = true));
    await run(context, config, { serve, logFormat: "human" }, async (daybook, stop, result) => {
      if (result.outcome === "failed" || result.outcome === "stopped") return undefined;
      if (!sent) stdout.line("The crawl was over before the late file came.");
      const code = await report(context, daybook, { folder, config, scenario });
      if (serve && !stop.aborted) {
        stdout.line("");
        stdout.line("The dashboard stays until you stop it with Ctrl-C.");
        await once(stop, "abort");
      }
      return code;
    });
  } finally {
    await server.close();
  }
}

async function report(
  { stdout, stderr }: CommandContext,
  daybook: Daybook,
  at: { folder: string; config: string; scenario: DemoScenario },
): Promise<ExitCode> {
  const findings = await checkResult(daybook, at.scenario, join(at.folder, "downloads"));
  const status = await daybook.status();
  const excerpt: string[] = [];
  for (const source of DEMO_RADARS) {
    const some = daybook.files({ source, status: ["stored"], limit: 2 });
    for await (const { location } of some) excerpt.push(location!);
  }
  for (const line of reportLines({ ...at, findings, status, excerpt })) stdout.line(line);
  if (findings.failures.length === 0) return ExitCode.complete;
  stderr.line("This demo did not show what it promised:");
  for (const failure of findings.failures) stderr.line(`  ${failure}`);
  return ExitCode.failed;
}
