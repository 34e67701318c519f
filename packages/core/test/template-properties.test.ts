import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { template } from "@daybook/core";

/** Dates as archives write them; each says a time as far as `unit`. */
const DAYS = ["{yyyy}{MM}{dd}", "{yyyy}-{MM}-{dd}", "{yyyy}{DDD}", "{yy}{MM}{dd}", "{DDD}_{yy}"];
const CLOCKS = [
  { text: "{HH}", unit: 3_600_000 },
  { text: "{HH}{mm}", unit: 60_000 },
  { text: "{HH}-{mm}-{ss}", unit: 1000 },
];
const FOLDERS = [
  "{yyyy}",
  "{yyyy}/{MM}",
  "{yyyy}/{MM}/{dd}",
  "{yyyy}{MM}/{dd}/{HH}",
  "{yyyy}/{DDD}",
  "{yyyy}/{DDD}/{HH}",
];

const name = fc
  .stringMatching(/^[a-z][a-z0-9-]{2,6}$/)
  .filter((n) => !/^[ymdhs-]+$/.test(n) && n !== "epoch");
const literal = fc.stringMatching(/^[A-Za-z0-9.+()$^|?é📡 -]{1,4}$/u).filter((l) => !/^\.+$/.test(l));
/** A value that no separator used below can be part of. */
const value = fc.stringMatching(/^[A-Za-z0-9é📡 .()[\]{}$^+-]{1,12}$/u).filter((v) => !/^\.+$/.test(v));

const times = fc.oneof(
  fc.date({ min: new Date("1980-01-01T00:00Z"), max: new Date("2079-12-31T23:59:59Z"), noInvalidDate: true }),
  fc
    .constantFrom(
      "2024-02-29T23:59:59Z",
      "2024-12-31T23:59:59Z",
      "2025-12-31T23:59:59Z",
      "2025-01-01T00:00Z",
      "2000-02-29T00:00Z",
    )
    .map((t) => new Date(t)),
);

/** A template made at random, values for its attributes, a time, and the unit the template cuts it to. */
const situations = fc
  .record({
    prefix: fc.array(literal, { maxLength: 2 }),
    folders: fc.constantFrom(...FOLDERS),
    discovered: fc.boolean(),
    attributes: fc.uniqueArray(fc.tuple(name, value), { minLength: 1, maxLength: 4, selector: ([n]) => n }),
    constants: fc.nat(2),
    patterned: fc.boolean(),
    clock: fc.constantFrom(...CLOCKS),
    day: fc.constantFrom(...DAYS),
    epoch: fc.boolean(),
    suffix: literal,
    time: times,
  })
  .map(({ prefix, folders, discovered, attributes, patterned, clock, day, epoch, suffix, time, ...rest }) => {
    const [first] = attributes;
    const directory = [...prefix, folders, ...(discovered ? [`{${first![0]}}`, "{mm}"] : [])];
    const names = attributes.map(([n]) => (patterned ? `{${n}:[^/_]+}` : `{${n}}`));
    const file = `${names.join("_")}_${day}T${clock.text}${discovered && clock.unit > 60_000 ? "{mm}" : ""}_${epoch ? "{epoch}_" : ""}${suffix}`;
    return {
      text: `/${[...directory, file].join("/")}`,
      constants: Object.fromEntries(attributes.slice(0, rest.constants)),
      attributes: Object.fromEntries(attributes),
      time: new Date(Math.floor(time.getTime() / 1000) * 1000),
      unit: epoch ? 1000 : discovered ? Math.min(clock.unit, 60_000) : clock.unit,
    };
  });

describe("for any template, attributes and time", () => {
  test("what was formatted is parsed back, and formats to the same path", () => {
    fc.assert(
      fc.property(situations, ({ text, constants, attributes, time, unit }) => {
        const layout = template(text, constants);
        const path = layout.format({ observedAt: time, attributes });
        const observedAt = new Date(Math.floor(time.getTime() / unit) * unit);
        const read = layout.parse(path);
        expect(read).toEqual({ observedAt, attributes });
        expect(layout.format(read!)).toBe(path);
      }),
      { numRuns: 200 },
    );
  });

  test("a formatted path lies in the one slot of its time, and every directory on the way is entered", () => {
    fc.assert(
      fc.property(situations, ({ text, constants, attributes, time }) => {
        const layout = template(text, constants);
        const path = layout.format({ observedAt: time, attributes });
        const slots = [...layout.slots({ start: time, end: new Date(time.getTime() + 1) })];
        expect(slots).toHaveLength(1);
        const slot = slots[0]!;
        expect(slot.start <= time && time < slot.end!).toBe(true);
        expect(path.startsWith(`${slot.path}/`)).toBe(true);
        expect(`${slot.path}/`.startsWith(layout.root === "/" ? "/" : `${layout.root}/`)).toBe(true);
        for (let end = path.indexOf("/", slot.path.length + 1); end > 0; end = path.indexOf("/", end + 1)) {
          expect(layout.enters(slot, path.slice(0, end))).toBe(true);
          const moment = layout.parse(path)!.observedAt!;
          const range = { start: moment, end: new Date(moment.getTime() + 1) };
          expect(layout.enters(slot, path.slice(0, end), range)).toBe(true);
        }
      }),
    );
  });

  test("where an attribute comes first, folders are entered for the moments of what they hold", () => {
    fc.assert(
      fc.property(situations, ({ text, constants, attributes, time }) => {
        const first = template(`/{station}${text}`, constants);
        const path = first.format({ observedAt: time, attributes: { ...attributes, station: "AAA" } });
        const moment = first.parse(path)!.observedAt!;
        const range = { start: moment, end: new Date(moment.getTime() + 1) };
        const [slot] = first.slots(range);
        for (let end = path.indexOf("/", 1); end > 0; end = path.indexOf("/", end + 1))
          expect(first.enters(slot!, path.slice(0, end), range)).toBe(true);
      }),
    );
  });

  test("one digit of a date changed makes the path foreign or moves its time, never the attributes alone", () => {
    fc.assert(
      fc.property(situations, fc.nat(), fc.nat(9), ({ text, constants, attributes, time }, where, digit) => {
        const layout = template(text, constants);
        const path = layout.format({ observedAt: time, attributes });
        const at = where % path.length;
        const spoilt = `${path.slice(0, at)}${digit}${path.slice(at + 1)}`;
        const read = layout.parse(spoilt);
        if (read && spoilt !== path) expect(layout.format(read)).toBe(spoilt);
      }),
    );
  });

  test("slots of a split range are those of the whole", () => {
    const hour = 3_600_000;
    const edges = fc.tuple(times, fc.nat(60 * 24), fc.nat(60 * 24));
    fc.assert(
      fc.property(situations, edges, ({ text, constants }, [start, one, two]) => {
        const layout = template(text, constants);
        const middle = new Date(start.getTime() + one * hour);
        const end = new Date(middle.getTime() + two * hour);
        const paths = (from: Date, to: Date) =>
          [...layout.slots({ start: from, end: to })].map(({ path }) => path);
        expect([...new Set([...paths(start, middle), ...paths(middle, end)])]).toEqual(paths(start, end));
      }),
      { numRuns: 30 },
    );
  });
});

test("any text is either a template or refused as config, and any path is answered", () => {
  const pieces = fc.constantFrom(
    ...[
      "/",
      "{",
      "}",
      "*",
      ":",
      "yyyy",
      "MM",
      "dd",
      "HH",
      "{yyyy}",
      "{MM}",
      "{a}",
      "{b:\\d+}",
      "..",
      "a",
      "_",
      "[",
      "(",
      "\\",
      "\n",
    ],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), fc.string({ unit: "binary" }), (parts, path) => {
      const text = `/${parts.join("")}`;
      let layout;
      try {
        layout = template(text);
      } catch (error) {
        expect(error).toMatchObject({ name: "DaybookError", kind: "config" });
        return;
      }
      expect(() => layout.parse(path)).not.toThrow();
    }),
    { numRuns: 300 },
  );
});
