import { DATE } from "./date-fields.js";
const PLACEHOLDER = /\{(?:[^{}]|\{[^{}]*\})*\}/g;

/** What a layout costs, that its author may not know; each a sentence without a full stop. */
export function layoutRemarks(layout: string, constants: Readonly<Record<string, unknown>>): string[] {
  const folders = layout.split("/").slice(1, -1);
  const first = folders.findIndex((folder) => DATE.test(folder));
  if (first < 0)
    return [
      "no folder of the layout has a date, so that the whole tree below its first part is listed at every poll",
    ];
  const names = folders
    .slice(0, first)
    .flatMap((folder) => folder.match(PLACEHOLDER) ?? [])
    .map((placeholder) => placeholder.slice(1, -1).split(":")[0]!)
    .filter((name) => !Object.hasOwn(constants, name));
  return names.map(
    (name) =>
      `{${name}} stands before the date, so that the whole archive is listed at every poll, and no hour can be missing: give its values with each: { ${name}: [A, B] }`,
  );
}

/** From one path it can't be told what varies. */
export function takenAsTheyAre(layout: string, examples: number): string[] {
  if (examples > 1) return [];
  const segments = layout.split("/").slice(1);
  const date = segments.findIndex((segment) => DATE.test(segment));
  const folders = segments
    .slice(0, -1)
    .filter(
      (segment, i) => !segment.includes("{") && (i > date || (i === date - 1 && /[\dA-Z]/.test(segment))),
    );
  if (folders.length === 0) return [];
  return [
    `taken as they are: ${folders.join(", ")}; if one of them varies, give the path of another file too, with --example`,
  ];
}
