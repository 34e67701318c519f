import { z } from "zod";
import { adapter, adapterJsonSchemas } from "./adapters.js";
import type { AdapterKind } from "./adapters.js";
import { duration, strict, text } from "./fields.js";
import { hookSchema } from "./hook.js";
import { limit } from "./limit.js";
import { serveSchema } from "./serve.js";
import { inspectors, sourceSchema } from "./source.js";

const shape = {
  state: adapter("state", "Where the ledger is kept.").prefault({ use: "sqlite" }),
  destination: adapter("destination", "Where files land."),
  shutdown_timeout: duration()
    .prefault("30s")
    .describe("How long a stop waits for downloads under way before it leaves them for the next run."),
  inspect: inspectors.optional(),
  hosts: z
    .record(
      text(),
      strict({ limit: limit().optional().describe("How fast files may come from it, to all sources.") }),
    )
    .optional()
    .describe("What holds for a host, whatever source it is asked for: by its name, or name:port."),
  hooks: z.array(hookSchema).optional().describe("Who is told of what happens, by webhook or command."),
  serve: serveSchema.optional().describe("The dashboard, for `daybook serve` and `daybook run --serve`."),
};

/** The file's outer level; its sources are checked one by one, so that each tells all that is wrong with it. */
export const rootSchema = strict({ ...shape, sources: z.array(z.unknown()).min(1) });

export type RootConfig = z.output<typeof rootSchema>;

/** The JSON Schema of a configuration file, as people write it. */
export function configJsonSchema(): Record<string, unknown> {
  const whole = strict({ ...shape, sources: z.array(sourceSchema).min(1).describe("What to mirror.") });
  const schema = z.toJSONSchema(whole, {
    io: "input",
    override: ({ jsonSchema }) => {
      const { adapter: kind } = jsonSchema as { adapter?: AdapterKind };
      if (kind === undefined) return;
      delete jsonSchema["adapter"];
      jsonSchema.anyOf = adapterJsonSchemas(kind) as typeof jsonSchema.anyOf;
    },
  });
  return { ...schema, title: "Daybook configuration" };
}
