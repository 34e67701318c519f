import { HOOK_EVENT_TYPES } from "@daybook/core";
import { z } from "zod";
import { duration, integer, strict, text } from "./fields.js";

const webhook = strict({
  url: text().optional().describe("Where messages are posted: an http or https address."),
  url_file: text().optional().describe("A file that holds the address, where that is a secret."),
  secret: text().optional().describe("Signs what is sent. Better: take it from the environment or a file."),
  secret_file: text().optional().describe("A file that holds the secret."),
  headers: z
    .record(text(), z.string())
    .optional()
    .describe("Headers to send along, such as an authorization."),
});

const group = strict({
  by: z
    .array(text())
    .min(1)
    .optional()
    .describe("What a group's files have in common: attributes, and observedAt. Default: all but `field`."),
  field: text().optional().describe("The attribute in which they differ. Default field."),
  expect: z
    .array(text())
    .min(1)
    .optional()
    .describe("Its values that make a group whole. Default: those of the source's `select`."),
});

export const hookSchema = strict({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "must be made of letters, digits, - and _, 64 at most" })
    .describe("Names its messages in the ledger. Under another name it is another hook."),
  on: z.array(z.enum(HOOK_EVENT_TYPES)).min(1).describe("What it is told of."),
  sources: z.array(text()).min(1).optional().describe("Only of these sources. Default all."),
  webhook: webhook.optional().describe("Post each message to an address. This, or `command`."),
  command: z
    .array(text())
    .min(1)
    .optional()
    .describe("Run a program for each message: the program, then its arguments. No shell reads it."),
  env: z.record(text(), z.string()).optional().describe("Variables for the command."),
  timeout: duration()
    .optional()
    .describe("How long one delivery may take. Default 10s for a webhook, 60s for a command."),
  concurrency: integer(1, 64)
    .optional()
    .describe("Deliveries at once; never two about the same file. Default 4 for a webhook, 1 for a command."),
  group: group.optional().describe("For `group`: which files belong together."),
  stale_after: duration().optional().describe("For `stale`: how long nothing has to come. Default 30m."),
  give_up_after: duration()
    .optional()
    .describe("The age at which a message that can't be delivered is dropped. Default 7d."),
  max_waiting: integer(100)
    .optional()
    .describe("Messages that may wait; beyond that the oldest are dropped. Default 100000."),
});

export type HookConfig = z.output<typeof hookSchema>;
