/** A colour as a picture's memory holds it: alpha, blue, green, red. */
export type Colour = number;

/** Takes "#3f9a8b", as the style sheet writes its colours. */
export function colour(text: string): Colour {
  const rgb = Number.parseInt(text.slice(1), 16);
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

/** Many thousand small rectangles, put together in memory: a canvas would take each as a command of its own. */
export class Pixels {
  readonly #image: ImageData;
  readonly #memory: Uint32Array;

  constructor(width: number, height: number) {
    this.#image = new ImageData(width, height);
    this.#memory = new Uint32Array(this.#image.data.buffer);
  }

  fill(colour: Colour, x: number, y: number, w: number, h: number): void {
    const { width, height } = this.#image;
    const [right, bottom] = [Math.min(width, x + w), Math.min(height, y + h)];
    // Most are a few pixels wide, for which a loop is faster than a call of `fill` for each row.
    for (let row = y; row < bottom; row++)
      for (let at = row * width + x; at < row * width + right; at++) this.#memory[at] = colour;
  }

  show(context: CanvasRenderingContext2D): void {
    context.putImageData(this.#image, 0, 0);
  }
}
