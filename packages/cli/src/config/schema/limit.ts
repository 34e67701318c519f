import { asDaybookError, RateTable } from "@daybook/core";
import type { RateLimit } from "@daybook/core";
import { z } from "zod";
import { rate, strict, text } from "./fields.js";

const days = z
  .union([text(), z.array(text()).min(1)], {
    error: () => "must be a day, such as mon or mon-fri, or a list",
  })
  .transform((value) => [value].flat());

const hours = strict({
  from: text().describe("Time of day: 08:00."),
  to: text().describe("Exclusive: 18:00, or 24:00. Before `from`, it is the next day's."),
  rate: rate().describe("The rate then."),
  days: days.optional().describe("The days on which it begins: mon, or mon-fri, or a list. Default all."),
});

/** Bytes per second, by the time of day. */
export const limit = () =>
  strict({
    rate: rate().describe("Bytes per second, at times that `hours` doesn't name."),
    hours: z.array(hours).optional().describe("Times of the week with another rate."),
    zone: text().optional().describe("The time zone of `hours`, such as Europe/Zurich. Default UTC."),
  }).superRefine((value: RateLimit, context) => {
    try {
      new RateTable(value);
    } catch (error) {
      const { detail } = asDaybookError(error, "config");
      const [where = "", entry, key] = /^(?:zone|hours(?:\[(\d+)\](?:\.(\w+))?)?)/.exec(detail) ?? [];
      const path =
        where === "zone" ? ["zone"] : ["hours", ...(entry ? [Number(entry)] : []), ...(key ? [key] : [])];
      context.addIssue({ code: "custom", path, message: detail.slice(where.length).trim() });
    }
  });
