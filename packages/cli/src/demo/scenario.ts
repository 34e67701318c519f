import { damaged, sampleMessage } from "./sample-message.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const DEMO_RADARS = ["RMA1", "RMA5", "AR5"] as const;
const FIELDS = ["DBZH", "VRAD"];
const FULL_HOURS = 3;
/** How long the range goes on after the start: time enough for the late file to come. */
const GOES_ON = 8 * SECOND;

export interface DemoFile {
  readonly radar: string;
  /** On the server. */
  readonly path: string;
  /** The hour it belongs to, on the server. */
  readonly slot: string;
  readonly observedAt: Date;
  readonly bytes: Uint8Array;
}

/** What the demonstration's server holds, and what is wrong with it. */
export interface DemoScenario {
  readonly start: Date;
  readonly end: Date;
  /** There from the beginning, all whole. */
  readonly files: readonly DemoFile[];
  /** An hour without a directory. */
  readonly missing: { readonly radar: string; readonly slot: string };
  /** There from the beginning, its end damaged. */
  readonly damaged: DemoFile;
  /** Put on the server after its hour was listed. */
  readonly late: DemoFile;
}

/**
 * Three full hours and the beginning of the next, up to a few seconds after `now`. In every hour of the range there is
 * something observed, wherever in an hour `now` is; only the missing one has nothing.
 */
export function demoScenario(now: Date): DemoScenario {
  const end = Math.floor(now.getTime() / SECOND) * SECOND + GOES_ON;
  const newestHour = Math.floor((end - 1) / HOUR) * HOUR;
  const start = newestHour - FULL_HOURS * HOUR;
  const all = DEMO_RADARS.flatMap((radar, i) =>
    observationTimes(start, newestHour, now.getTime(), i).flatMap((time) =>
      FIELDS.map((field, j) =>
        demoFile(radar, field, new Date(time), 20_000 + 7919 * ((time / SECOND + j) % 5)),
      ),
    ),
  );
  const missing = { radar: "AR5", slot: slotPath("AR5", new Date(start + HOUR)) };
  const present = all.filter(({ slot }) => slot !== missing.slot);
  const bad = present.find(({ slot }) => slot === slotPath("RMA5", new Date(start + HOUR)))!;
  const late = present.findLast(({ slot }) => slot === slotPath("RMA1", new Date(newestHour - HOUR)))!;
  return {
    start: new Date(start),
    end: new Date(end),
    files: present.filter((file) => file !== bad && file !== late),
    missing,
    damaged: { ...bad, bytes: damaged(bad.bytes) },
    late,
  };
}

/** Every ten minutes, each radar some seconds after the one before, and once in the newest hour at least. */
function observationTimes(start: number, newestHour: number, now: number, radar: number): number[] {
  const times: number[] = [];
  for (let time = start + 2 * MINUTE + radar * 17 * SECOND; time < now; time += 10 * MINUTE) times.push(time);
  const newest = times.at(-1);
  return newest === undefined || newest < newestHour ? [...times, newestHour] : times;
}

function demoFile(radar: string, field: string, observedAt: Date, size: number): DemoFile {
  const slot = slotPath(radar, observedAt);
  const [date, time] = observedAt.toISOString().slice(0, 19).split("T") as [string, string];
  const [, minute, second] = time.split(":");
  const volume = field === "VRAD" ? "02" : "01";
  const stamp = `${date.replaceAll("-", "")}T${time.replaceAll(":", "")}Z`;
  const path = `${slot}/${minute}${second}/${radar}_0315_${volume}_${field}_${stamp}.BUFR`;
  const seed = [...path].reduce((sum, char) => Math.imul(sum, 31) + char.charCodeAt(0), 7) >>> 0;
  return { radar, path, slot, observedAt, bytes: sampleMessage(size, seed) };
}

function slotPath(radar: string, time: Date): string {
  return `/L2/${radar}/${time.toISOString().slice(0, 13).replace(/[-T]/g, "/")}`;
}
