import { template } from "@daybook/core";
import type { TemplateLayout, TemplateOptions } from "@daybook/core";
import type { Constants } from "./each.js";

/** A template with those constants that it has placeholders for; the others are for the name or the transport. */
export function boundTemplate(text: string, constants: Constants, options?: TemplateOptions): TemplateLayout {
  const used = Object.entries(constants).filter(
    ([name]) => text.includes(`{${name}}`) || text.includes(`{${name}:`),
  );
  return template(text, Object.fromEntries(used), options);
}
