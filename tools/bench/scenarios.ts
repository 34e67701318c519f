import type { Scenario } from "./scenario.js";
import type { TreeShape } from "./tree.js";

const HOUR = 3_600_000;
const START = new Date("2025-01-01T00:00:00Z");

type Shape = Omit<TreeShape, "name">;

const usual = { start: START, volumesPerHour: 12, filesPerVolume: 10, bytes: 100_000 };
const shapes = {
  day: { ...usual, hours: 24 },
  "three-hours": { ...usual, hours: 3 },
  hour: { ...usual, hours: 1 },
  mixed: { ...usual, hours: 3, bytes: [50_000, 2_000_000] },
  large: { ...usual, hours: 1, volumesPerHour: 1, filesPerVolume: 1, bytes: 2 ** 30 },
  "poll-day": history(1),
  "poll-month": history(30),
  "poll-year": history(365),
} satisfies Record<string, Shape>;

/** Small files that end with the last full hour: how many there are matters, not what is in them. */
function history(days: number): Shape {
  const hour = Math.floor(Date.now() / HOUR) * HOUR;
  return { ...usual, start: new Date(hour - days * 24 * HOUR), hours: days * 24, bytes: 64 };
}

/** The same scenarios with trees that take no time, to see that everything works. */
const tiny = (shape: Shape): Shape => ({
  ...shape,
  start: shape.hours > 24 ? new Date(shape.start.getTime() + (shape.hours - 24) * HOUR) : shape.start,
  hours: Math.min(shape.hours, 24),
  volumesPerHour: 1,
  filesPerVolume: Math.min(shape.filesPerVolume, shape.hours > 3 ? 1 : 3),
  bytes: Math.min(typeof shape.bytes === "number" ? shape.bytes : shape.bytes[0], 20_000_000),
});

export function scenarios(options: { readonly smoke?: boolean } = {}): Scenario[] {
  const tree = (key: keyof typeof shapes): TreeShape => {
    const shape = options.smoke ? tiny(shapes[key]) : shapes[key];
    // An hour from now a history is another.
    const from = key.startsWith("poll") ? `-from-${shape.start.toISOString().slice(0, 13)}` : "";
    return { name: `${key}${from}${options.smoke ? "-smoke" : ""}`, ...shape };
  };
  const lan = { network: "lan", measure: "time", task: "fetch" } as const;
  const ftp = { ...lan, protocol: "ftp", reference: "rclone" } as const;
  const sftp = { ...lan, protocol: "sftp", reference: "lftp" } as const;
  const day = tree("day");
  return [
    { ...ftp, name: "backfill-ftp", about: "a day of files of 100 kB", tree: day },
    { ...sftp, name: "backfill-sftp", about: "a day of files of 100 kB", tree: day },
    {
      ...{ ...ftp, name: "backfill-ftp-wan", about: "three hours of files of 100 kB over a far link" },
      ...{ network: "wan", tree: tree("three-hours") },
    },
    {
      ...{ ...sftp, name: "backfill-sftp-wan", about: "three hours of files of 100 kB over a far link" },
      ...{ network: "wan", tree: tree("three-hours") },
    },
    {
      ...{ ...ftp, name: "mixed-ftp", about: "three hours of files of 50 kB to 2 MB" },
      ...{ reference: "lftp", tree: tree("mixed") },
    },
    { ...ftp, name: "large-ftp", about: "one file of 1 GiB", reference: "curl", tree: tree("large") },
    { ...sftp, name: "large-sftp", about: "one file of 1 GiB", reference: "sftp", tree: tree("large") },
    { ...ftp, name: "poll-day", about: "nothing new in a day", task: "poll", tree: tree("poll-day") },
    { ...ftp, name: "poll-month", about: "nothing new in a month", task: "poll", tree: tree("poll-month") },
    {
      ...{ ...ftp, name: "poll-year", about: "nothing new in a year: a million files" },
      ...{ task: "poll", tree: tree("poll-year"), byName: true },
    },
    {
      ...{ ...ftp, name: "commands-ftp", about: "FTP commands for an hour's files, nothing timed" },
      ...{ measure: "commands", tree: tree("hour") },
    },
    {
      ...{ ...ftp, name: "commands-poll-day", about: "FTP commands for nothing new in a day, nothing timed" },
      ...{ task: "poll", measure: "commands", tree: tree("poll-day") },
    },
    {
      ...{
        ...ftp,
        name: "commands-poll-month",
        about: "FTP commands for nothing new in a month, nothing timed",
      },
      ...{ task: "poll", measure: "commands", tree: tree("poll-month") },
    },
    {
      ...{ ...ftp, name: "loop-ftp", about: "the event loop's delay while a day comes home" },
      ...{ task: "loop", reference: "daybook-in-process", tree: day },
    },
    {
      ...{ ...sftp, name: "loop-sftp", about: "the event loop's delay while a day comes home" },
      ...{ task: "loop", reference: "daybook-in-process", tree: day },
    },
  ];
}
