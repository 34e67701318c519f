import { Command } from "commander";
import { configJsonSchema } from "../config/schema/root.js";
import type { CommandContext } from "../context.js";

/** Prints the JSON Schema of the configuration file; docs/config.schema.json is what it prints. */
export function configSchemaCommand(context: CommandContext): Command {
  return new Command("config-schema")
    .description("print the JSON Schema of the configuration file")
    .action(() => context.stdout.line(JSON.stringify(configJsonSchema(), null, 2)));
}
