import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { STYLE } from "../src/report/report-style.js";
import { LEGEND } from "../src/words/states.js";

const PAGE = readFileSync(new URL("../assets/style.css", import.meta.url), "utf8");

/** Linear RGB as it is seen without red or green cones: Machado, Oliveira and Fernandes (2009), in full. */
const EYES = {
  "all cones": ["1 0 0", "0 1 0", "0 0 1"],
  "no green cones": [
    "0.367322 0.860646 -0.227968",
    "0.280085 0.672501 0.047413",
    "-0.01182 0.04294 0.968881",
  ],
  "no red cones": [
    "0.152286 1.052583 -0.204868",
    "0.114503 0.786281 0.099216",
    "-0.003882 -0.048116 1.051998",
  ],
} as const;
const XYZ = ["0.4124 0.3576 0.1805", "0.2126 0.7152 0.0722", "0.0193 0.1192 0.9505"];

const times = (matrix: readonly string[], vector: readonly number[]) =>
  matrix.map((row) => row.split(" ").reduce((sum, factor, i) => sum + Number(factor) * vector[i]!, 0));

/** CIE L*a*b*, in which distances are about as they are seen. */
function seen(hex: string, eyes: readonly string[]): number[] {
  const linear = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const [x, y, z] = times(
    XYZ,
    times(eyes, linear).map((value) => Math.min(1, Math.max(0, value))),
  ).map((value, i) => {
    const share = value / [0.95047, 1, 1.08883][i]!;
    return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
  }) as [number, number, number];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The states' colours by day and by night. */
const palettes = (css: string) =>
  css
    .split("prefers-color-scheme: dark")
    .map((part) =>
      LEGEND.map(({ name }) => [name, new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(part)![1]!] as const),
    );

test.each(Object.entries(EYES))("states differ in colour as well as in figure for %s", (_, eyes) => {
  for (const palette of palettes(PAGE).slice(0, 2))
    for (const [i, [one, a]] of palette.entries())
      for (const [other, b] of palette.slice(i + 1))
        expect(
          Math.hypot(...seen(a, eyes).map((value, at) => value - seen(b, eyes)[at]!)),
          `${one} ${a}, ${other} ${b}`,
        ).toBeGreaterThan(12);
});

test("a report has the page's colours", () => {
  expect(palettes(STYLE).slice(0, 2)).toEqual(palettes(PAGE).slice(0, 2));
});
