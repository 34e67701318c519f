import { writeDate } from "../layout/date-token.js";
import type { Observation } from "../layout/path-layout.js";
import { templateError } from "../layout/template-error.js";
import { scanTemplate, type Segment, type Token } from "../layout/template-scan.js";

/** Where files land, in the layout language. It is only ever written, never read back, so values may be anything. */
export class PlaceTemplate {
  readonly #text: string;
  readonly #segments: readonly Segment[];

  /** Throws kind "config" for a template that can't be meant. */
  constructor(text: string) {
    this.#text = text;
    this.#segments = scanTemplate(`/${text.replace(/^\/+/, "")}`);
    for (const token of this.#segments.flat())
      if (token.kind === "rest")
        throw templateError(
          text,
          'no place can be named by "*": use {name} or another {attribute}',
          token.column,
        );
  }

  /** The place, '/'-separated, without a leading '/'. Throws kind "config" where something is missing. */
  place(observation: Observation): string {
    return this.#segments
      .map((segment) => segment.map((token) => this.#write(token, observation)).join(""))
      .join("/");
  }

  #write(token: Token, { observedAt, attributes }: Observation): string {
    if (token.kind === "literal") return token.text;
    const name = token.kind === "date" ? token.field : token.kind === "attribute" ? token.name : "*";
    let value: string | undefined;
    if (token.kind === "date") value = observedAt && writeDate(token, observedAt);
    else if (Object.hasOwn(attributes, name)) value = attributes[name];
    if (value === undefined)
      throw templateError(this.#text, `the file's path says nothing of {${name}}`, token.column);
    return value;
  }
}
