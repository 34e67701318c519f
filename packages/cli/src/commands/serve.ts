import { once } from "node:events";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { withDaybook } from "../open-daybook.js";
import { Serving } from "../serve/serving.js";
import { StopSignals } from "../stop-signals.js";
import type { GlobalOptions } from "./options.js";

export function serveCommand(context: CommandContext): Command {
  return new Command("serve")
    .description(
      "show the ledger as a web page, with an HTTP API and metrics, while another process crawls or none",
    )
    .argument(
      "[address]",
      "where to listen: a port, or host and port; default serve.address, or 127.0.0.1:8470",
    )
    .addHelpText("after", "\nTo crawl and show it in one process: daybook run --serve")
    .action(async (address: string | undefined, _options: object, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      await serve(context, config, address);
    });
}

async function serve(context: CommandContext, config: string, address: string | undefined): Promise<void> {
  const { stdout, stderr } = context;
  const serving = await Serving.prepare(config, context.secrets, (line) => stderr.line(line));
  const stop = new StopSignals({ onFirst: () => undefined });
  try {
    await withDaybook(context, { config }, async (daybook, loaded) => {
      stop.listen();
      const url = await serving.start(daybook, loaded.serve, address);
      // What is wrong with the ledger is said here, not on a page that never comes.
      await serving.ready();
      stdout.line(`The dashboard is at ${url}`);
      if (!stop.signal.aborted) await once(stop.signal, "abort");
      await serving.close();
      return ExitCode[stop.received!];
    });
  } finally {
    await serving.close();
    stop.close();
  }
}
