import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { template, type TemplateOptions } from "@daybook/core";
import { range, refusal } from "./support/templates.js";

const slots = (text: string, start: string, end: string, options?: TemplateOptions) =>
  [...template(text, {}, options).slots(range(start, end))].map(
    (slot) => `${slot.path} ${slot.start.toISOString().slice(5, 16)} ${slot.end!.toISOString().slice(5, 16)}`,
  );
const read = (text: string, path: string, options?: TemplateOptions) =>
  template(text, {}, options).parse(path)?.observedAt?.toISOString().replace(".000Z", "Z");

describe("a placeholder reads", () => {
  test.each([
    ["numbers without zeros", "/{yyyy}/{M}/{d}/{H}-{m}-{s}.x", "/2025/1/5/3-4-5.x", "2025-01-05T03:04:05Z"],
    ["names of months", "/{yyyy}/{MMMM}/{dd}{MMM}.x", "/2025/May/05May.x", "2025-05-05T00:00:00Z"],
    ["names in capitals", "/{yyyy}{MMM:upper}{dd}.x", "/2025DEC31.x", "2025-12-31T00:00:00Z"],
    ["names of days", "/{EEE}/{yyyy}{MM}{dd}.x", "/Thu/20250501.x", "2025-05-01T00:00:00Z"],
    ["the day of a year without zeros", "/{yyyy}/{D}/{HH}.x", "/2024/366/23.x", "2024-12-31T23:00:00Z"],
    ["ISO weeks", "/{YYYY}-W{ww}-{weekday}/{HH}.x", "/2020-W53-7/01.x", "2021-01-03T01:00:00Z"],
    ["GPS weeks", "/{gpsweek}/igs{gpsweek}{gpsday}.sp3", "/2347/igs23470.sp3", "2024-12-29T00:00:00Z"],
    [
      "hour letters",
      "/{yyyy}/{DDD}/abmf{DDD}{hourletter}.{yy}o",
      "/2025/015/abmf015s.25o",
      "2025-01-15T18:00:00Z",
    ],
    ["twelve hours", "/{yyyy}{MM}{dd}_{hh}{mm}{ampm}.x", "/20250115_1230AM.x", "2025-01-15T00:30:00Z"],
    ["24:00", "/{yyyy}{MM}{dd}/{yyyy}{MM}{dd}{HH}{mm}.x", "/20250115/202501152400.x", "2025-01-16T00:00:00Z"],
    ["second 60", "/{yyyy}{MM}{dd}T{HH}{mm}{ss}.x", "/20161231T235960.x", "2017-01-01T00:00:00Z"],
    ["fractions", "/{yyyy}{DDD}{HH}{mm}{ss}{S}.nc", "/20250151830205.nc", "2025-01-15T18:30:20.500Z"],
    ["milliseconds since 1970", "/{epochms}.x", "/1736965820123.x", "2025-01-15T18:30:20.123Z"],
    ["strftime", "/%Y/%m/%d/%H%M%S.x", "/2025/01/15/183020.x", "2025-01-15T18:30:20Z"],
    ["strftime without zeros", "/%Y/%-m/%-d/%b.x", "/2025/1/5/Jan.x", "2025-01-05T00:00:00Z"],
  ])("%s", (_, text, path, time) => {
    expect(read(text, path)).toBe(time);
  });

  test.each([
    ["/{yyyy}/{M}/{d}.x", "/2025/01/5.x"],
    ["/{yyyy}/{M}/{d}.x", "/2025/13/5.x"],
    ["/{yyyy}/{M}/{d}.x", "/2025/2/30.x"],
    ["/{yyyy}/{MMM}/{dd}.x", "/2025/JAN/05.x"],
    ["/{EEE}/{yyyy}{MM}{dd}.x", "/Fri/20250501.x"],
    ["/{YYYY}-W{ww}/{weekday}.x", "/2021-W53/1.x"],
    ["/{gpsweek}/igs{gpsweek}{gpsday}.sp3", "/2347/igs23461.sp3"],
    ["/{yyyy}{MM}{dd}_{hh}{mm}{ampm}.x", "/20250115_1330PM.x"],
    ["/{yyyy}{MM}{dd}/{HH}{mm}.x", "/20250115/2401.x"],
    ["/{yyyy}/{HH:6}/{MM}{dd}.x", "/2025/03/0102.x"],
  ])("nothing from %s where the path is %s", (text, path) => {
    expect(template(text).parse(path)).toBeUndefined();
  });
});

describe("slots are", () => {
  test("minutes in steps", () => {
    expect(slots("/{yyyy}{MM}{dd}/{HH}/{mm:20}/x", "2025-01-01T23:30Z", "2025-01-02T00:10Z")).toEqual([
      "/20250101/23/20 01-01T23:20 01-01T23:40",
      "/20250101/23/40 01-01T23:40 01-02T00:00",
      "/20250102/00/00 01-02T00:00 01-02T00:20",
    ]);
  });

  test("cycles of hours, from any hour", () => {
    expect(slots("/{yyyy}{MM}{dd}{HH:6}/x", "2025-01-01T13:00Z", "2025-01-02T01:00Z")).toEqual([
      "/2025010112 01-01T12:00 01-01T18:00",
      "/2025010118 01-01T18:00 01-02T00:00",
      "/2025010200 01-02T00:00 01-02T06:00",
    ]);
    expect(slots("/{yyyy}{MM}{dd}/{H:12+3}/x", "2025-01-01T00:00Z", "2025-01-02T00:00Z")).toEqual([
      "/20241231/15 12-31T15:00 01-01T03:00",
      "/20250101/3 01-01T03:00 01-01T15:00",
      "/20250101/15 01-01T15:00 01-02T03:00",
    ]);
  });

  test("weeks, from Monday by ISO, from Sunday by GPS", () => {
    expect(slots("/{YYYY}/{ww}/x", "2020-12-31T00:00Z", "2021-01-05T00:00Z")).toEqual([
      "/2020/53 12-28T00:00 01-04T00:00",
      "/2021/01 01-04T00:00 01-11T00:00",
    ]);
    expect(slots("/{gpsweek}/x", "1980-01-01T00:00Z", "1980-01-14T00:00Z")).toEqual([
      "/0000 01-06T00:00 01-13T00:00",
      "/0001 01-13T00:00 01-20T00:00",
    ]);
  });

  test("hours by letters, and days by unpadded months", () => {
    expect(slots("/{yyyy}/{D}/{hourletter}/x", "2025-01-01T22:00Z", "2025-01-02T01:00Z")).toEqual([
      "/2025/1/w 01-01T22:00 01-01T23:00",
      "/2025/1/x 01-01T23:00 01-02T00:00",
      "/2025/2/a 01-02T00:00 01-02T01:00",
    ]);
    const layout = template("/{yyyy}/{M}/{d}/{sub}/x");
    const [first] = layout.slots(range("2025-01-01T00:00Z", "2025-01-02T00:00Z"));
    expect(layout.enters(first!, "/2025/1/1/a")).toBe(true);
    expect(layout.enters(first!, "/2025/1/12/a")).toBe(false);
  });

  test("days from noon to noon, whose names say the time as it is", () => {
    const text = "/{yyyy}{MM}{dd}/{HH}{mm}.x";
    const noon = { dayStart: "12:00" };
    expect(slots(text, "2025-01-02T00:00Z", "2025-01-02T13:00Z", noon)).toEqual([
      "/20250101 01-01T12:00 01-02T12:00",
      "/20250102 01-02T12:00 01-03T12:00",
    ]);
    expect(read(text, "/20250101/1200.x", noon)).toBe("2025-01-01T12:00:00Z");
    expect(read(text, "/20250101/0300.x", noon)).toBe("2025-01-02T03:00:00Z");
    expect(read("/{yyyy}{MM}{dd}/{yyyy}{MM}{dd}{HH}.x", "/20250101/2025010203.x", noon)).toBe(
      "2025-01-02T03:00:00Z",
    );
    expect(refusal(() => template("/{yyyy}{MM}{dd}/{HH}/x", {}, noon))).toContain("only days");
  });

  test("hours of a local zone, over the absent and the doubled one", () => {
    const berlin = { zone: "Europe/Berlin" };
    const text = "/{yyyy}{MM}{dd}/{HH}/{mm}.x";
    expect(slots(text, "2025-03-30T00:00Z", "2025-03-30T02:00Z", berlin)).toEqual([
      "/20250330/01 03-30T00:00 03-30T01:00",
      "/20250330/03 03-30T01:00 03-30T02:00",
    ]);
    expect(slots(text, "2025-10-25T23:00Z", "2025-10-26T02:30Z", berlin)).toEqual([
      "/20251026/01 10-25T23:00 10-26T00:00",
      "/20251026/02 10-26T00:00 10-26T02:00",
      "/20251026/03 10-26T02:00 10-26T03:00",
    ]);
    expect(read(text, "/20250330/02/30.x", berlin)).toBeUndefined();
    expect(template(text, {}, berlin).misfit!("/20250330/02/30.x")).toMatch(/summer time/);
    expect(read(text, "/20251026/02/30.x", berlin)).toBe("2025-10-26T00:30:00Z");
  });

  test("days of 23 and of 25 hours", () => {
    const text = "/{yyyy}{MM}{dd}/x_{HH}.x";
    const zone = { zone: "America/New_York" };
    expect(slots(text, "2025-03-09T12:00Z", "2025-03-10T12:00Z", zone)).toEqual([
      "/20250309 03-09T05:00 03-10T04:00",
      "/20250310 03-10T04:00 03-11T04:00",
    ]);
    expect(slots(text, "2025-11-02T12:00Z", "2025-11-02T13:00Z", zone)).toEqual([
      "/20251102 11-02T04:00 11-03T05:00",
    ]);
  });
});

describe("a file in a neighbour's folder", () => {
  const text = "/{yyyy}/{MM}/{dd}/s_{yyyy}{MM}{dd}{HH}{mm}{ss}.hdf";

  test("is taken within the tolerance, as of the time its name says", () => {
    const options = { tolerance: 15 * 60_000 };
    expect(read(text, "/2025/01/15/s_20250114235958.hdf", options)).toBe("2025-01-14T23:59:58Z");
    expect(read(text, "/2025/01/15/s_20250116000001.hdf", options)).toBe("2025-01-16T00:00:01Z");
    expect(read(text, "/2025/01/15/s_20250114233000.hdf", options)).toBeUndefined();
    expect(read("/{yyyy}{MM}{dd}/{HH}/{HH}{mm}.x", "/20250115/00/2359.x", options)).toBe(
      "2025-01-14T23:59:00Z",
    );
  });

  test("is told apart from what is foreign", () => {
    const layout = template(text);
    expect(layout.parse("/2025/01/15/s_20250114235958.hdf")).toBeUndefined();
    expect(layout.misfit!("/2025/01/15/s_20250114235958.hdf")).toBe(
      "its name says 2025-01-14T23:59:58Z, and its folder is of 2025-01-15T00:00Z to 2025-01-16T00:00Z",
    );
    expect(layout.misfit!("/2025/01/15/s_20250115235958.hdf")).toBeUndefined();
    expect(layout.misfit!("/2025/01/15/notes.txt")).toBeUndefined();
  });
});

test.each([
  ["/{yyyy}/{ww}/x", /\{YYYY\} in place of \{yyyy\}/],
  ["/{YYYY}/x", /did you mean \{yyyy\}\?/],
  ["/{yyyy}{MM}{dd}{hh}", /did you mean \{HH\}\?/],
  ["/{yyyy}{MM}{dd}{HH:5}", /divides 24/],
  ["/{yyyy}{MM}{dd}{HH:6+6}", /divides 24/],
  ["/{yyyy}{MMM:x}", /\{MMM:upper\}/],
  ["/%Y/%Q", /"%Q" is none of strftime's letters/],
  ["/*{d}{M}{yyyy}", /nothing shows where "\*" ends/],
])("%s is refused with what to write", (text, message) => {
  expect(refusal(() => template(text))).toMatch(message);
});

test("a zone that doesn't exist is refused, and so is an hour no day can begin at", () => {
  expect(refusal(() => template("/{yyyy}/x", {}, { zone: "Mars/Olympus" }))).toMatch(/no time zone/);
  expect(refusal(() => template("/{yyyy}{MM}{dd}/x", {}, { dayStart: "25:00" }))).toMatch(/no time of day/);
});

test("without options a layout's key is what it always was", () => {
  expect(template("/{a}/{yyyy}", { a: "x" }).key).toBe('["/{a}/{yyyy}",[["a","x"]]]');
});

describe("for any calendar, clock, zone and time", () => {
  const FOLDERS = [
    "{yyyy}/{M}/{d}",
    "{yyyy}{MMM:lower}{dd}/{HH}",
    "{yyyy}/{D}/{hourletter:upper}",
    "{YYYY}/{ww}",
    "{YYYY}-{ww}-{weekday}",
    "{gpsweek}",
    "{gpsweek}{gpsday}/{H}",
    "{yyyy}/{MMMM}",
    "{yy}{MM}{dd}{HH:6}",
    "{yyyy}{MM}{dd}/{HH}/{mm:5}",
    "{yyyy}{MM}{dd}_{hh}{ampm:lower}",
  ];
  const NAMES = [
    "{yyyy}{MM}{dd}T{HH}{mm}{ss}",
    "{yyyy}-{D}-{h}-{m}-{s}-{ampm}",
    "{epoch}",
    "{YYYY}{ww}{weekday}_{H}_{mm}_{ss}",
  ];
  const ZONES = [
    "UTC",
    "America/Argentina/Buenos_Aires",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
  ];
  const situations = fc.record({
    text: fc
      .tuple(fc.constantFrom(...FOLDERS), fc.constantFrom(...NAMES))
      .map(([a, b]) => `/r/${a}/x_${b}.dat`),
    zone: fc.constantFrom(...ZONES),
    time: fc
      .oneof(
        fc.date({
          min: new Date("1981-01-01T00:00Z"),
          max: new Date("2079-01-01T00:00Z"),
          noInvalidDate: true,
        }),
        // About where summer time begins and ends, and where years of days and of weeks part.
        fc
          .tuple(
            fc.constantFrom(
              "2025-03-30T01:00Z",
              "2025-10-26T01:00Z",
              "2025-04-05T15:00Z",
              "2024-12-30T00:00Z",
              "2021-01-04T00:00Z",
            ),
            fc.integer({ min: -200, max: 200 }),
          )
          .map(([t, minutes]) => new Date(Date.parse(t) + minutes * 60_000)),
      )
      .map((time) => new Date(Math.floor(time.getTime() / 1000) * 1000)),
  });

  test("what was formatted is read back as the same time, or as the same showing of the same clock", () => {
    fc.assert(
      fc.property(situations, ({ text, zone, time }) => {
        const layout = template(text, {}, { zone });
        const path = layout.format({ observedAt: time, attributes: {} });
        const again = layout.parse(path)!;
        expect(layout.misfit!(path)).toBeUndefined();
        expect(layout.format(again)).toBe(path);
        const apart = Math.abs(again.observedAt!.getTime() - time.getTime());
        expect([0, 1_800_000, 3_600_000]).toContain(apart);
        if (zone === "UTC" || (/Argentina|Kathmandu/.test(zone) && time.getUTCFullYear() > 2010))
          expect(apart).toBe(0);
      }),
      { numRuns: 600 },
    );
  });

  test("the slots about a time hold it, with its path in one of them, and leave no instant out", () => {
    fc.assert(
      fc.property(situations, ({ text, zone, time }) => {
        const layout = template(text, {}, { zone });
        const path = layout.format({ observedAt: time, attributes: {} });
        const around = [...layout.slots({ start: time, end: new Date(time.getTime() + 1) })];
        expect(around.filter((slot) => path.startsWith(`${slot.path}/`))).toHaveLength(1);
        for (const slot of around) {
          expect(slot.start <= time && time < slot.end!).toBe(true);
          expect(layout.slotNamed!(slot.path)).toEqual(slot);
        }
        const start = new Date(time.getTime() - 10 * 3_600_000);
        const end = new Date(time.getTime() + 10 * 3_600_000);
        let covered = start.getTime();
        const slots = layout.slots({ start, end });
        let count = 0;
        for (const slot of slots) {
          count++;
          expect(slot.start.getTime()).toBeLessThanOrEqual(covered);
          covered = Math.max(covered, slot.end!.getTime());
        }
        expect(covered).toBeGreaterThanOrEqual(end.getTime());
        expect(slots.length).toBe(count);
      }),
      { numRuns: 400 },
    );
  });
});
