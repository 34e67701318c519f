import { z } from "zod";
import { adapter, otherThan } from "./adapters.js";
import { duration, flag, instant, integer, regularExpression, size, strict, text } from "./fields.js";
import { limit } from "./limit.js";

const values = z.union([text(), z.array(text()).min(1)], {
  error: () => "must be a text or a list of texts",
});

const ready = strict({
  min_age: duration().optional().describe("Ready when it was last modified this long ago."),
  stable_for: duration()
    .optional()
    .describe("Or when two looks this far apart showed the same size and time."),
  name: regularExpression()
    .optional()
    .describe("And the file's name fits this regular expression, for servers that rename what is whole."),
  done_marker: text()
    .optional()
    .describe("And a file of the same name plus this suffix stands beside it, such as .ok."),
});

export const templateLayoutOptions = strict({
  template: text(),
  zone: text().optional(),
  day_starts: text().optional(),
  tolerance: duration().optional(),
});

const layout = z
  .union([text(), z.looseObject({ template: text() }), z.looseObject({ use: text() })], {
    error: () => "must be a template, or an object with `template` or with `use`",
  })
  .meta({
    anyOf: [
      { type: "string", description: "A template: a path with placeholders." },
      {
        type: "object",
        description: "A template whose dates aren't UTC, or not quite what they seem.",
        properties: {
          template: { type: "string", description: "A path with placeholders." },
          zone: {
            type: "string",
            description: "The zone of the clock that names folders and files. Default UTC.",
          },
          day_starts: {
            type: "string",
            description: 'When a folder\'s day begins: "12:00" for days from noon to noon. Default "00:00".',
          },
          tolerance: {
            type: "string",
            description:
              "How far beyond its folder's time a file's own may lie. Default 0s: such files are left out, and told of.",
          },
        },
        required: ["template"],
        additionalProperties: false,
      },
      {
        type: "object",
        description: "A single directory without dates.",
        properties: {
          use: { const: "flat" },
          directory: { type: "string", description: "The remote directory." },
          pattern: { type: "string", description: "Which names in it, such as *.BUFR. Default *." },
        },
        required: ["use", "directory"],
        additionalProperties: false,
      },
      {
        type: "object",
        description: "A package or file that makes a layout, with options of its own.",
        properties: { use: otherThan(["flat"]) },
        required: ["use"],
      },
    ],
  });

/** A number, or texts and numbers; YAML reads a bare 01 as 1, which is the same in a path. */
const expectedValues = z.union([
  z.array(z.union([z.string(), z.number()])),
  strict({ from: z.int(), to: z.int(), step: z.int().optional() }),
]);

const between = <T extends z.ZodType>(one: T) => ({ min: one.optional(), max: one.optional() });

const expectSchema = strict({
  every: duration()
    .optional()
    .describe("An observation at each of these steps, counted from midnight UTC: 10m."),
  tolerance: duration()
    .optional()
    .describe("How far from its step an observation may be. Default just less than half a step."),
  files: z
    .union([integer(1), strict({ ...between(integer(1)), per: z.enum(["slot", "hour"]).optional() })])
    .optional()
    .describe("How many files: a number, or { min, max, per: hour }. Default of each slot."),
  values: z
    .record(text(), expectedValues)
    .optional()
    .describe(
      "For each observation a file of each value: { field: [DBZH, VRAD] }, { lead: { from: 0, to: 120, step: 3 } }.",
    ),
  size: strict(between(size())).optional().describe("Bytes of each file: { min: 1kB }."),
});

export const flatLayoutOptions = strict({ directory: text(), pattern: text().prefault("*") });

export const inspectors = z
  .array(text())
  .describe("Checks of content, in this order: bufr, a package's name, or a file.");

export const sourceSchema = strict({
  name: text().describe("Names the source's folder and its entries in the ledger; may hold {keys} of each."),
  each: z
    .record(text(), values)
    .optional()
    .describe("Constants for the placeholders of that name; a list makes one source of each value."),
  transport: adapter("transport", "How to reach the server."),
  layout,
  select: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Which files are wanted: attribute to values, or strategy to volume to fields. Default all."),
  expect: expectSchema
    .optional()
    .describe(
      "What a slot owes. One that is listed whole and has less is incomplete, and a gap. Default nothing.",
    ),
  start: instant().describe("From when on, ISO 8601 with a zone."),
  end: instant()
    .optional()
    .describe("Until when, exclusive. Without it the source is crawled until stopped."),
  poll: duration().prefault("60s").describe("How often slots that aren't over are listed."),
  grace: duration().prefault("10m").describe("How long after its end a slot closes."),
  lookback: duration()
    .prefault("1h")
    .describe("Slots that ended less than this ago are listed at every poll, and fetched first."),
  revisit: z
    .array(duration())
    .prefault(["1h", "6h", "24h", "7d"])
    .describe("Ages, since the slot's end, at which a closed slot is listed again."),
  on_change: z
    .enum(["replace", "keep", "ignore"])
    .prefault("replace")
    .describe("What happens when a stored file shows up with another size or time."),
  on_time_shift: z
    .enum(["believe", "compare"])
    .prefault("believe")
    .describe(
      "What happens when the times of all files known in a slot moved by the same hours, and no size did.",
    ),
  sizes: z
    .enum(["trust", "distrust"])
    .prefault("trust")
    .describe(
      "distrust: the server's sizes are wrong. A file is what comes until the server confirms its end, and only times tell versions apart.",
    ),
  links: z
    .enum(["follow", "skip"])
    .prefault("follow")
    .describe("Whether symbolic links whose names fit are followed."),
  ready: ready
    .optional()
    .describe(
      "When a file may be fetched. Default: older than a minute, or stable for 10 s, or its end is checked by an inspector.",
    ),
  limit: limit().optional().describe("How fast this source's files may come. Default as fast as they do."),
  max_attempts: integer(1, 1000).prefault(5).describe("Attempts at one version before it is quarantined."),
  retry_delay: duration().prefault("1s").describe("The first wait between attempts; it doubles."),
  max_retry_delay: duration().prefault("5m").describe("The longest wait between attempts."),
  resume: flag().prefault(true).describe("Whether part files are continued."),
  max_file_size: size()
    .optional()
    .describe("A larger file is not fetched: 2GB or the like. Default any size."),
  keep: duration()
    .optional()
    .describe(
      "How long files are kept after their observation, such as 30d; older ones are deleted here, or not fetched. Default for ever.",
    ),
  checksum: z.literal("sha256").prefault("sha256").describe("The hash every file is recorded with."),
  inspect: inspectors.optional(),
});

export type SourceConfig = z.output<typeof sourceSchema>;
