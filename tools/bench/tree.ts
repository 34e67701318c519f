import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RADAR_TEMPLATE, template } from "@daybook/core";
import { sampleBufr } from "@daybook/testing";
import { randomFrom } from "../../tests/support/random.js";
import { seedOf } from "./seed-of.js";

export const RADAR = "RMA1";

/** What a tree is made of; the same shape makes the same names, bytes and times. */
export interface TreeShape {
  readonly name: string;
  /** UTC, a full hour. */
  readonly start: Date;
  readonly hours: number;
  readonly volumesPerHour: number;
  /** At most ten. */
  readonly filesPerVolume: number;
  /** Bytes of a file: one size, or the least and the most. */
  readonly bytes: number | readonly [number, number];
}

export interface TreeFile {
  /** Absolute, below "/L2". */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** A shape that lies in a folder. */
export interface Tree extends TreeShape {
  readonly folder: string;
  readonly count: number;
}

const FIELDS = ["DBZH", "DBZV", "ZDR", "VRAD", "WRAD", "RHOHV", "PHIDP", "KDP", "TH", "TV"];

/** Larger than a BUFR message can be: plain noise, which no inspector is asked about. */
const LARGEST_MESSAGE = 2 ** 24 - 1;

/** Whether every file is a BUFR message. */
export const holdsMessages = ({ bytes }: TreeShape) =>
  (typeof bytes === "number" ? bytes : bytes[1]) <= LARGEST_MESSAGE;

/** Every file, oldest first. */
export function* filesOf(shape: TreeShape): Iterable<TreeFile> {
  const layout = template(RADAR_TEMPLATE);
  const random = randomFrom(seedOf(shape.name));
  const step = 3_600_000 / shape.volumesPerHour;
  for (let i = 0; i < shape.hours * shape.volumesPerHour; i++) {
    const second = Math.floor((random() * Math.min(step, 60_000)) / 1000);
    const observedAt = new Date(shape.start.getTime() + Math.floor(i * step) + second * 1000);
    for (const field of FIELDS.slice(0, shape.filesPerVolume)) {
      const attributes = { radar: RADAR, strategy: "0315", volume: "01", field };
      const modifiedAt = new Date(observedAt.getTime() + 20_000 + Math.floor(random() * 10) * 1000);
      yield { path: layout.format({ observedAt, attributes }), bytes: size(shape.bytes, random), modifiedAt };
    }
  }
}

const size = (bytes: TreeShape["bytes"], random: () => number) =>
  typeof bytes === "number" ? bytes : bytes[0] + Math.floor(random() * (bytes[1] - bytes[0] + 1));

/** Makes the tree below a folder, unless it is there whole. */
export async function makeTree(shape: TreeShape, below: string): Promise<Tree> {
  const folder = join(below, shape.name);
  const done = `${folder}.done`;
  let count = 0;
  if (existsSync(done)) {
    for (const _ of filesOf(shape)) count++;
    return { ...shape, folder, count };
  }
  await rm(folder, { recursive: true, force: true });
  let parent = "";
  for (const file of filesOf(shape)) {
    const to = join(folder, file.path);
    // What is served is read by a user with few rights.
    if (dirname(to) !== parent) await mkdir((parent = dirname(to)), { recursive: true, mode: 0o755 });
    await (file.bytes > LARGEST_MESSAGE ? writeNoise(to, file.bytes) : writeMessage(to, file));
    await utimes(to, file.modifiedAt, file.modifiedAt);
    count++;
  }
  await writeFile(done, "");
  return { ...shape, folder, count };
}

const writeMessage = (to: string, { path, bytes }: TreeFile) =>
  writeFile(to, sampleBufr({ bytes, seed: seedOf(path) }), { mode: 0o644 });

/** A block of noise again and again, each with a number of its own in it. */
async function writeNoise(to: string, bytes: number): Promise<void> {
  const block = Buffer.from(sampleBufr({ bytes: 2 ** 20, seed: seedOf(to) }));
  const stream = createWriteStream(to, { mode: 0o644 });
  for (let i = 0, left = bytes; left > 0; i++, left -= block.length) {
    const next = Buffer.from(block.subarray(0, Math.min(left, block.length)));
    if (next.length >= 64) next.writeUInt32LE(i, 50);
    if (!stream.write(next)) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
}
