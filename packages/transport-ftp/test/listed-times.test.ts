import { FakeClock } from "@daybook/testing";
import { describe, expect, test } from "vitest";
import { ListedTimes } from "../src/listed-times.js";
import type { ListedEntry } from "../src/listing/listed-entry.js";
import { mlsxTime } from "../src/listing/mlsx-time.js";
import type { AskTime } from "../src/server-zone.js";
import { read } from "./support/reading.js";

const MINUTE = 60_000;
const START = new Date("2025-01-15T20:00:00Z");

/** A server whose clock is so many minutes ahead of UTC; some of its names have no time that it would tell. */
function setUp({ minutes = 0, refused = [] as string[], start = START } = {}) {
  const clock = new FakeClock(start);
  const times = new ListedTimes(clock);
  const server = { minutes, asked: [] as string[] };
  const files = new Map<string, Date>();
  const ask: AskTime = async (name) => {
    server.asked.push(name);
    return refused.includes(name) ? "refused" : (files.get(name) ?? "refused");
  };
  const list = async (print: (local: Date) => string, all: Record<string, string>) => {
    const lines = Object.entries(all).map(([name, time]) => {
      const date = new Date(time);
      files.set(name, date);
      return `${print(new Date(date.getTime() + server.minutes * MINUTE))} ${name}\r\n`;
    });
    const { entries } = read(lines.join(""), { now: clock.now() });
    return seen(await times.resolve(entries, ask));
  };
  return { clock, server, list, times, ask };
}

function seen(entries: readonly ListedEntry[]): Record<string, string | undefined> {
  return Object.fromEntries(entries.map(({ name, modifiedAt }) => [name, modifiedAt?.toISOString()]));
}

const unix = (local: Date) =>
  `-rw-r--r-- 1 a b 5 ${local.toUTCString().slice(5, 11)} ${local.toUTCString().slice(17, 22)}`;
const slashes = (order: "mdy" | "dmy") => (local: Date) => {
  const [y, m, d] = local.toISOString().slice(0, 10).split("-");
  const date = order === "mdy" ? `${m}/${d}/${y}` : `${d}/${m}/${y}`;
  return `${date}  ${local.toISOString().slice(11, 16)}                    5`;
};

describe("a server's clock", () => {
  test.each([
    ["Kathmandu", 345],
    ["India", 330],
    ["Newfoundland", -210],
    ["Chatham", 825],
    ["UTC", 0],
  ])("as in %s is found by one question for all files of a week", async (_, minutes) => {
    const { list, server } = setUp({ minutes });
    const files = { a: "2025-01-15T18:30:00.000Z", b: "2025-01-14T03:07:00.000Z" };
    expect(await list(unix, files)).toEqual(files);
    expect(server.asked).toEqual(["a"]);
  });

  test("that is set to another zone is noticed by files of the future", async () => {
    const { list, server, clock } = setUp();
    const files = { a: "2025-01-15T19:58:00.000Z" };
    expect(await list(unix, files)).toEqual(files);
    await clock.set(new Date("2025-01-15T20:20:00Z"));
    server.minutes = 60;
    const later = { a: "2025-01-15T20:18:00.000Z" };
    expect(await list(unix, later)).toEqual(later);
  });

  test("that is set back is noticed within an hour or so", async () => {
    const { list, server, clock } = setUp({ minutes: 60 });
    const files = { a: "2025-01-15T18:30:00.000Z" };
    expect(await list(unix, files)).toEqual(files);
    server.minutes = 0;
    await clock.set(new Date(START.getTime() + 61 * MINUTE));
    expect(await list(unix, files)).toEqual(files);
  });
});

describe("a name whose time the server won't tell", () => {
  test("costs the others nothing", async () => {
    const { list, server } = setUp({ minutes: 60, refused: ["phantom"] });
    const { a } = await list(unix, { phantom: "2025-01-15T18:00:00Z", a: "2025-01-15T18:30:00.000Z" });
    expect(a).toBe("2025-01-15T18:30:00.000Z");
    expect(server.asked).toEqual(["phantom", "a"]);
  });

  test("is passed over later, and others are asked after a while however many there were", async () => {
    const refused = ["p1", "p2", "p3", "p4"];
    const { list, clock, server } = setUp({ minutes: 60, refused });
    const files = Object.fromEntries([...refused, "a"].map((name) => [name, "2025-01-15T18:30:00.000Z"]));
    expect(await list(unix, files)).toMatchObject({ a: undefined });
    expect(server.asked).toHaveLength(3);
    await clock.set(new Date(START.getTime() + 11 * MINUTE));
    expect(await list(unix, files)).toMatchObject({ a: "2025-01-15T18:30:00.000Z" });
    expect(server.asked.slice(3)).toEqual(["p4", "a"]);
  });

  test("is asked about again after an hour: elsewhere it may be another file's", async () => {
    const refused = ["data.csv"];
    const { list, clock } = setUp({ minutes: 60, refused });
    const files = { "data.csv": "2025-01-15T18:30:00.000Z" };
    expect(await list(unix, files)).toEqual({ "data.csv": undefined });
    refused.pop();
    await clock.set(new Date(START.getTime() + 61 * MINUTE));
    expect(await list(unix, files)).toEqual(files);
  });

  test("isn't asked about where it could not be a file's", async () => {
    const { times, ask, server } = setUp({ minutes: 60 });
    const line = (name: string) => `-rw-r--r-- 1 a b 5 Jan 15 18:30 ${name}\r\n`;
    const { entries } = read(line("nul\0l") + line("esc\u001b[2J") + line("/up/there") + line(".. "), {
      now: START,
    });
    await times.resolve(entries, ask);
    expect(server.asked).toEqual([".. "]);
  });
});

describe("the order of day and month", () => {
  test.each(["mdy", "dmy"] as const)("is found by asking: %s", async (order) => {
    const { list } = setUp({ minutes: 60, start: new Date("2025-07-15T20:00:00Z") });
    const files = { a: "2025-03-04T18:30:00.000Z", b: "2025-03-05T07:00:00.000Z" };
    expect(await list(slashes(order), files)).toEqual(files);
  });

  test("is told by a date that can be read in one way only, wherever it stands", async () => {
    const { list, server } = setUp({ refused: ["x", "a"], start: new Date("2025-07-15T20:00:00Z") });
    const files = {
      a: "2025-04-03T18:30:00.000Z",
      b: "2025-04-03T18:30:00.000Z",
      z: "2025-03-31T00:00:00.000Z",
    };
    expect((await list(slashes("dmy"), files)).a).toBe("2025-04-03T18:30:00.000Z");
    expect(server.asked).toEqual(["a", "b"]);
  });

  test("that nothing tells leaves the time out", async () => {
    const { list } = setUp({ refused: ["a", "b"], start: new Date("2025-07-15T20:00:00Z") });
    const files = { a: "2025-03-04T18:30:00.000Z", b: "2025-03-05T07:00:00.000Z" };
    expect(await list(slashes("dmy"), files)).toEqual({ a: undefined, b: undefined });
  });
});

test.each([
  "20250230120000",
  "20251301120000",
  "20250115240000",
  "20250115126000",
  "2025011512",
  "x",
  "20250115120000x",
])("a time that can't be is none: %s", (text) => expect(mlsxTime(text)).toBeUndefined());
