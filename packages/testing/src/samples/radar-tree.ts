import { RemoteTree } from "../remote-tree.js";
import { randomFrom, seedOf } from "./random.js";
import { sampleBufr } from "./sample-bufr.js";

export interface RadarTreeOptions {
  readonly radars: readonly string[];
  /** The first hour, UTC; floored to the hour. */
  readonly start: Date;
  readonly hours: number;
  /** Volume scans per hour and radar, evenly spread; each is a folder named for its minute and second. */
  readonly volumesPerHour: number;
  /** Fields by strategy and volume, which take turns; a list stands for volume 01 of strategy 0315. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | readonly string[];
  /** Length of each file. Default 2 to 20 kB. */
  readonly bytes?: number;
  /** The same seed gives the same tree. Default 1. */
  readonly seed?: number;
}

export interface RadarFile {
  readonly path: string;
  readonly observedAt: Date;
}

/**
 * A tree as a radar network publishes it, of files such as
 * `/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR`, each a valid BUFR message last modified 30 to
 * 90 s after the observation. Files come back by radar and time.
 */
export function radarTree(
  options: RadarTreeOptions,
  tree: RemoteTree = new RemoteTree(),
): { tree: RemoteTree; files: RadarFile[] } {
  const files: RadarFile[] = [];
  for (const radar of options.radars) {
    for (const { time, strategy, volume, fields } of scans(radar, options)) {
      for (const field of fields) {
        const path = radarPath(radar, strategy, volume, field, time);
        const seed = seedOf(path, options.seed ?? 1);
        const publishedAt = new Date(time.getTime() + 30_000 + Math.floor(randomFrom(seed)() * 60) * 1000);
        tree.put(path, sampleBufr({ bytes: options.bytes, seed, observedAt: time }), publishedAt);
        files.push({ path, observedAt: time });
      }
    }
  }
  return { tree, files };
}

function* scans(radar: string, options: RadarTreeOptions) {
  const kinds = Object.entries(volumesOf(options.fields)).flatMap(([strategy, volumes]) =>
    Object.entries(volumes).map(([volume, fields]) => ({ strategy, volume, fields })),
  );
  const hour = Math.floor(options.start.getTime() / 3_600_000) * 3_600_000;
  const step = 3_600_000 / options.volumesPerHour;
  // Radars don't scan in time with each other.
  const offset = randomFrom(seedOf(radar, options.seed ?? 1))() * step;
  for (let i = 0; i < options.hours * options.volumesPerHour; i++) {
    const time = new Date(Math.floor((hour + i * step + offset) / 1000) * 1000);
    yield { time, ...kinds[i % kinds.length]! };
  }
}

function volumesOf(fields: RadarTreeOptions["fields"]) {
  return isList(fields) ? { "0315": { "01": fields } } : fields;
}

const isList = (fields: RadarTreeOptions["fields"]): fields is readonly string[] => Array.isArray(fields);

function radarPath(radar: string, strategy: string, volume: string, field: string, time: Date): string {
  const [date, clock] = time.toISOString().slice(0, 19).split("T") as [string, string];
  const [hour, ...rest] = clock.split(":");
  const stamp = `${date.replaceAll("-", "")}T${clock.replaceAll(":", "")}Z`;
  const folder = `/L2/${radar}/${date.replaceAll("-", "/")}/${hour}/${rest.join("")}`;
  return `${folder}/${radar}_${strategy}_${volume}_${field}_${stamp}.BUFR`;
}
