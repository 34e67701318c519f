import { STATES } from "../src/words/states.js";
import { colour, Pixels, type Colour } from "./pixels.js";

export type Palette = ReadonlyMap<string, Colour>;

/** The style sheet's colours, which differ by day and by night. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => colour(style.getPropertyValue(`--${name}`).trim());
  const colours = STATES.map(({ letter, name }) => [letter, read(name)] as const);
  return new Map([...colours, ["surface", read("surface")]]);
}

export interface Grid {
  /** For each column a text of 24 letters, or undefined where there is no such day. */
  readonly days: readonly (string | undefined)[];
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** Days from left to right, hours from top to bottom. */
export function paint(canvas: HTMLCanvasElement, { days, width, height }: Grid, palette: Palette): void {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pixels = new Pixels(canvas.width, canvas.height);
  const left = (i: number) => Math.round((i * canvas.width) / days.length);
  const top = (hour: number) => Math.round((hour * canvas.height) / 24);
  // All of a picture's hours have figures, or none: columns differ by a pixel.
  const figures = Math.floor(canvas.width / days.length) >= 3 && Math.floor(canvas.height / 24) >= 3;
  const gap = canvas.width / days.length >= 5 * scale ? Math.round(scale) : 0;
  pixels.fill(palette.get("-")!, 0, 0, canvas.width, canvas.height);
  for (const [i, day] of days.entries()) {
    if (day === undefined) continue;
    const [x, w] = [left(i), Math.max(1, left(i + 1) - left(i) - gap)];
    // Hours in a row that are alike are one rectangle, unless they have a figure of their own.
    for (let hour = 0; hour < 24;) {
      const letter = day[hour]!;
      let end = hour + 1;
      if (SOLID.has(letter)) while (end < 24 && day[end] === letter) end++;
      const box = { x, y: top(hour), w, h: top(end) - top(hour) };
      hour = end;
      if (letter === "-") continue;
      pixels.fill(palette.get(letter)!, box.x, box.y, box.w, box.h);
      if (figures) figure(pixels, letter, box, palette);
    }
  }
  pixels.show(canvas.getContext("2d")!);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const SOLID = new Set(["c", "o", ".", "-"]);

/** Each state has a figure of its own: solid, half, bitten, hollow, dotted, crossed or striped. */
function figure(pixels: Pixels, letter: string, { x, y, w, h }: Box, palette: Palette): void {
  const edge = Math.max(1, Math.floor(Math.min(w, h) / 4));
  const [innerW, innerH] = [Math.max(1, w - 2 * edge), Math.max(1, h - 2 * edge)];
  const surface = palette.get("surface")!;
  switch (letter) {
    case "p":
      pixels.fill(surface, x + Math.ceil(w / 2), y + edge, Math.max(1, Math.floor(w / 2) - edge), innerH);
      break;
    case "i":
      // A bite out of the lower half: less than there should be.
      pixels.fill(surface, x + edge, y + Math.ceil(h / 2), innerW, Math.max(1, Math.floor(h / 2) - edge));
      break;
    case "m":
    case "e":
      pixels.fill(surface, x + edge, y + edge, innerW, innerH);
      if (letter === "e")
        pixels.fill(palette.get("e")!, x + Math.floor(w / 2), y + Math.floor(h / 2), edge, edge);
      break;
    case "f":
      pixels.fill(surface, x + edge, y + Math.floor(h / 2), innerW, Math.max(1, Math.floor(h / 5)));
      break;
    case "u":
      for (let at = 1; at < w; at += 4) pixels.fill(surface, x + at, y, Math.min(2, w - at), h);
  }
}
