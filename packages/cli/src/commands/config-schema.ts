import { Command } from "commander";
import type { CommandContext } from "../context.js";

/** Prints the JSON Schema of the configuration file; docs/config.schema.json is what it prints. */
export function configSchemaCommand(context: CommandContext): Command {
  return new Command("config-schema")
    .description("print the JSON Schema of the configuration file")
    .action(async () => {
      const { configJsonSchema } = await import("../config/load-config.js");
      context.stdout.line(JSON.stringify(configJsonSchema(), null, 2));
    });
}
