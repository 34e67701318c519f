import { z } from "zod";
import { flag, strict, text } from "./fields.js";

/** The dashboard: who may see it, and where. */
export const serveSchema = strict({
  address: z
    .union([z.int().min(0).max(65535).transform(String), text()], {
      error: () => "must be a port, or host and port, such as 127.0.0.1:8470",
    })
    .optional()
    .describe(
      "Where it listens: a port, or host and port. Default 127.0.0.1:8470. Other than loopback needs a token.",
    ),
  token: text()
    .optional()
    .describe("Who knows it may look; at least 16 characters. Better in a file: `token_file`."),
  token_file: text().optional().describe("A file that holds the token."),
  hosts: z
    .array(text())
    .optional()
    .describe("More host names it is reached by, such as a proxy's; needs a token."),
  writable: flag()
    .prefault(false)
    .describe("Whether the page may put files and hours back in the queue. Default false: it only shows."),
});

export type ServeConfig = z.output<typeof serveSchema>;
