import { asDaybookError, parseRate, RateTable } from "@daybook/core";
import type { RateLimit } from "@daybook/core";
import { expect, test } from "vitest";

const at = (time: string) => Date.parse(time);
const reason = (make: () => unknown): string => {
  try {
    make();
    return "accepted";
  } catch (error) {
    const { kind, detail } = asDaybookError(error, "network");
    return `${kind}: ${detail}`;
  }
};

test.each([
  ["5MB/s", 5e6],
  ["1.5 MB/s", 1.5e6],
  ["800kB/s", 8e5],
  ["800KB/s", NaN],
  ["2MiB/s", 2 * 1024 ** 2],
  ["10Mbit/s", 1.25e6],
  ["1Gbit/s", 1.25e8],
  ["2000B/s", 2000],
  ["unlimited", Infinity],
  [5000, 5000],
  [Infinity, Infinity],
])("%s is %d bytes per second", (text, bytes) => {
  if (Number.isNaN(bytes)) expect(reason(() => parseRate(text, "rate"))).toMatch(/^config: /);
  else expect(parseRate(text, "rate")).toBe(bytes);
});

test.each([
  [0, 'config: rate "0" could mean two things: write unlimited for no limit, or a small rate such as 10kB/s'],
  ["0MB/s", /two things/],
  ["0", /two things/],
  ["5", 'config: rate "5" has no unit: write 5kB/s for kilobytes per second'],
  ["0.5", 'config: rate "0.5" has no unit: write 0.5MB/s for megabytes per second'],
  ["5000", 'config: rate "5000" has no unit: write 5000B/s for bytes per second'],
  ["5MB", /is no rate: write 800kB\/s, 5MB\/s, 10Mbit\/s or unlimited/],
  ["-1MB/s", /is no rate/],
  ["fast", /is no rate/],
  [-5, /too slow/],
  [NaN, /is no rate/],
  ["999B/s", /too slow, servers would drop the connection: write at least 1kB\/s/],
])("%s is refused with what to do", (text, message) => {
  if (typeof message === "string") expect(reason(() => parseRate(text, "rate"))).toBe(message);
  else expect(reason(() => parseRate(text, "rate"))).toMatch(message);
});

const OFFICE: RateLimit = {
  rate: "5MB/s",
  hours: [
    { from: "08:00", to: "18:00", rate: "1MB/s", days: ["mon-fri"] },
    { from: "22:00", to: "06:00", rate: "unlimited", days: ["fri", "sat"] },
  ],
};

test.each([
  ["2025-01-06T07:59:59.999Z", 5e6],
  ["2025-01-06T08:00:00Z", 1e6],
  ["2025-01-10T17:59:59.999Z", 1e6],
  ["2025-01-10T18:00:00Z", 5e6],
  ["2025-01-10T22:00:00Z", Infinity],
  ["2025-01-11T05:59:00Z", Infinity],
  ["2025-01-11T08:00:00Z", 5e6],
  ["2025-01-12T00:00:00Z", Infinity],
  ["2025-01-12T06:00:00Z", 5e6],
  ["1969-12-29T08:00:00Z", 1e6],
])("at %s the rate is %d", (time, rate) => {
  expect(new RateTable(OFFICE).rateAt(at(time))).toBe(rate);
});

test("days may run over the end of the week, and a whole day is 00:00 to 24:00", () => {
  const table = new RateTable({
    rate: "5MB/s",
    hours: [
      { from: "00:00", to: "24:00", rate: "1MB/s", days: ["sat-mon"] },
      { from: "23:00", to: "24:00", rate: "2MB/s", days: ["tue"] },
    ],
  });
  const rates = ["04", "05", "06", "07", "08"].map((day) => table.rateAt(at(`2025-01-${day}T23:30:00Z`)));
  expect(rates).toEqual([1e6, 1e6, 1e6, 2e6, 5e6]);
});

test("a zone's hours are its own, in summer and in winter", () => {
  const table = new RateTable({
    rate: "5MB/s",
    hours: [{ from: "08:00", to: "18:00", rate: "1MB/s", days: ["mon-fri"] }],
    zone: "Europe/Zurich",
  });
  expect(table.rateAt(at("2025-01-06T06:59:00Z"))).toBe(5e6);
  expect(table.rateAt(at("2025-01-06T07:00:00Z"))).toBe(1e6);
  expect(table.rateAt(at("2025-07-07T05:59:00Z"))).toBe(5e6);
  expect(table.rateAt(at("2025-07-07T06:00:00Z"))).toBe(1e6);
  const night = new RateTable({
    rate: "5MB/s",
    hours: [{ from: "00:00", to: "01:00", rate: "1MB/s", days: ["mon"] }],
    zone: "Asia/Kathmandu",
  });
  expect(night.rateAt(at("2025-01-05T18:14:00Z"))).toBe(5e6);
  expect(night.rateAt(at("2025-01-05T18:15:00Z"))).toBe(1e6);
});

test("bytes that come while the rate changes are counted by both rates", () => {
  const table = new RateTable(OFFICE);
  const before = at("2025-01-06T07:59:59Z");
  expect(table.after(before, 5e6)).toBe(before + 1000);
  expect(table.after(before, 7e6)).toBe(before + 3000);
  // Beyond the change to no limit nothing takes any time.
  const evening = at("2025-01-10T21:59:59Z");
  expect(table.after(evening, 1e12)).toBe(evening + 1000);
});

const hours = (...all: Partial<NonNullable<RateLimit["hours"]>[number]>[]): RateLimit => ({
  rate: "5MB/s",
  hours: all.map((each) => ({ from: "08:00", to: "18:00", rate: "1MB/s", ...each })),
});

test.each<[RateLimit, string]>([
  [
    hours({}, { from: "17:00", to: "19:00" }),
    "hours[1] overlaps hours[0] on mon 17:00: which rate is meant?",
  ],
  [
    hours({ days: ["mon"], from: "00:00", to: "06:00" }, { days: ["sun"], from: "22:00", to: "02:00" }),
    "hours[1] overlaps hours[0] on mon 00:00: which rate is meant?",
  ],
  [hours({ days: ["mon-fri", "fri"] }), "hours[0].days names fri twice"],
  [hours({ from: "8:00" }), 'hours[0].from "8:00" is no time of day: write 08:00 or 17:30'],
  [hours({ from: "24:00" }), 'hours[0].from "24:00" is no time of day: write 08:00 or 17:30'],
  [hours({ to: "25:00" }), 'hours[0].to "25:00" is no time of day: write 08:00 or 17:30'],
  [hours({ to: "18:60" }), 'hours[0].to "18:60" is no time of day: write 08:00 or 17:30'],
  [
    hours({ from: "08:00", to: "08:00" }),
    "hours[0] is no time at all from 08:00 to 08:00: a whole day is 00:00 to 24:00",
  ],
  [
    hours({ days: ["monday"] }),
    'hours[0].days "monday" is no day: write mon, tue, wed, thu, fri, sat, sun, or mon-fri',
  ],
  [
    hours({ days: ["mon-fri-sun"] }),
    'hours[0].days "mon-fri-sun" is no day: write mon, tue, wed, thu, fri, sat, sun, or mon-fri',
  ],
  [hours({ days: [] }), "hours[0].days names no day: leave it out for all"],
  [
    hours({ rate: "0B/s" }),
    'hours[0].rate "0B/s" could mean two things: write unlimited for no limit, or a small rate such as 10kB/s',
  ],
  [
    { rate: "1MB/s", zone: "Mars/Base" },
    'zone "Mars/Base" is not known: write UTC or a name such as Europe/Zurich',
  ],
])("%j is refused with what to do", (limit, message) => {
  expect(reason(() => new RateTable(limit))).toBe(`config: ${message}`);
});
