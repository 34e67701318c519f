import { printable } from "@daybook/core";
import type { FileQuery, FileRecord, FileStatus } from "@daybook/core";
import { Command, InvalidArgumentError, Option } from "commander";
import { inConfigWords } from "../config/config-words.js";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { formatBytes } from "../format/bytes.js";
import { withDaybook } from "../open-daybook.js";
import { instant, positiveInteger, withJson } from "./options.js";
import type { GlobalOptions } from "./options.js";

const STATUSES: readonly FileStatus[] = ["pending", "stored", "quarantined", "gone", "expired"];

interface FilesOptions {
  readonly source?: string;
  readonly status?: FileStatus;
  readonly from?: Date;
  readonly to?: Date;
  readonly attribute?: Record<string, string>;
  readonly limit?: number;
  readonly json?: boolean;
}

export function filesCommand(context: CommandContext): Command {
  const command = new Command("files")
    .description("list the ledger's files: path, status, size, sha256 and where it lies")
    .option("-s, --source <name>", "only of this source")
    .addOption(new Option("--status <status>", "only of this status").choices(STATUSES))
    .option("--from <instant>", "only observed from then on, such as 2025-01-01T00:00:00Z", instant)
    .option("--to <instant>", "only observed until then, exclusive", instant)
    .option("-a, --attribute <name=value>", "only with this attribute; may be given several times", attribute)
    .option("-n, --limit <count>", "at most so many", positiveInteger);
  return withJson(command, "print files as JSON, one a line").action(
    async (options: FilesOptions, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const { source } = options;
      await withDaybook(
        context,
        { config, source: source ? [source] : [], onlyLooks: true },
        async (daybook) => {
          for await (const file of daybook.files(query(options))) {
            if (options.json) context.stdout.json(file);
            else if (file.status === "stored") context.stdout.data(fileLine(file));
            else context.stdout.line(fileLine(file));
          }
          return ExitCode.complete;
        },
      );
    },
  );
}

function query(options: FilesOptions): FileQuery & { attributes?: Record<string, string> } {
  const { source, status, from, to, attribute: attributes, limit } = options;
  const range = from === undefined && to === undefined ? undefined : { start: from ?? new Date(0), end: to };
  return { source, status: status && [status], range, attributes, limit };
}

function attribute(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write it as name=value, such as field=DBZH.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function fileLine(file: FileRecord): string {
  const size = file.size === undefined ? "-" : formatBytes(file.size);
  const where = file.status === "stored" ? file.location : inConfigWords(file.reason ?? "-");
  return [
    file.source,
    file.status.padEnd("quarantined".length),
    size.padStart(7),
    (file.sha256 ?? "-").slice(0, 12).padEnd(12),
    printable(file.path),
    printable(where ?? "-"),
  ].join("  ");
}
