import { template } from "@daybook/core";
import type { TemplateLayout } from "@daybook/core";
import type { Constants } from "./each.js";

/** A template with those constants that it has placeholders for; the others are for the name or the transport. */
export function boundTemplate(text: string, constants: Constants): TemplateLayout {
  const used = Object.entries(constants).filter(
    ([name]) => text.includes(`{${name}}`) || text.includes(`{${name}:`),
  );
  return template(text, Object.fromEntries(used));
}
