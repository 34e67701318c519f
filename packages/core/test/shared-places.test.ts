import { flat, template } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { Mirror, type MirrorOptions } from "./support/mirror.js";

const NAMED = "/in/{radar}/{yyyy}/{MM}/{dd}/{radar}_{field}_{yyyy}{MM}{dd}T{HH}{mm}.dat";
const UNNAMED = "/in/{radar}/{yyyy}/{MM}/{dd}/{HH}/{field}_{mm}.dat";

/** What a run warns of, source by source. */
async function warnings(options: MirrorOptions): Promise<string[]> {
  const mirror = new Mirror({ now: "2025-01-02T00:00:00Z", ...options });
  await mirror.run({ once: true });
  return mirror
    .of("source-warning")
    .map(({ source, detail }) => `${source}: ${detail}`)
    .filter((line) => line.includes("destination"));
}

const sources = (text: string, radars: readonly string[]): MirrorOptions["sources"] =>
  radars.map((radar) => ({ name: radar, layout: template(text, { radar }) }));

describe("a run warns of a destination whose layout", () => {
  it("lacks {source} while nothing else tells two sources apart", async () => {
    const same = [
      { name: "A", layout: template("/a/{yyyy}{MM}{dd}/f{HH}{mm}.dat") },
      { name: "B", layout: template("/b/{yyyy}{MM}{dd}/f{HH}{mm}.dat") },
    ];
    const layout = "{yyyy}-{MM}-{dd}-{HH}/{name}";
    expect(await warnings({ sources: same, destinationLayout: layout })).toEqual([
      "B: its files and those of A may have the same local place: add {source} to the destination's layout",
    ]);
  });

  it.each([
    [
      "the day, where the name doesn't say it",
      UNNAMED,
      "{source}/{field}/{name}",
      "the year, the month, the day, the hour",
    ],
    [
      "an attribute",
      "/in/{radar}/{yyyy}{MM}{dd}{HH}/{kind}/{field}.dat",
      "{source}/{yyyy}{MM}{dd}{HH}/{name}",
      "{kind}",
    ],
    ["a month between others", UNNAMED, "{source}/{yyyy}/{dd}/{HH}/{name}", "the month"],
  ])("doesn't say %s", async (_, text, destinationLayout, lacking) => {
    const told = await warnings({ sources: sources(text, ["R1"]), destinationLayout });
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`add ${lacking}, or {name}`);
  });

  it.each([
    ["is none", NAMED, undefined],
    ["has {source} and the name, which says all", NAMED, "{source}/{name}"],
    ["has the name, which begins with the source's own", NAMED, "{yyyy}/{name}"],
    ["has what differs between the sources", UNNAMED, "{radar}/{yyyy}/{MM}/{dd}/{HH}/{name}"],
    ["says the same day in another calendar", UNNAMED, "{source}/{yyyy}{DDD}/{HH}/{name}"],
    ["spells all out", UNNAMED, "{source}/{yyyy}{MM}{dd}{HH}{mm}_{field}"],
  ])("but not where it %s", async (_, text, destinationLayout) => {
    expect(await warnings({ sources: sources(text, ["R1", "R2"]), destinationLayout })).toEqual([]);
  });

  it("or the source's layout is no template: nothing is known of it", async () => {
    const layout = flat("/in");
    expect(await warnings({ sources: [{ layout }], destinationLayout: "{source}/{name}" })).toEqual([]);
  });
});

describe("a check", () => {
  async function checked(destinationLayout: string, names: readonly string[]) {
    const mirror = new Mirror({
      now: "2025-01-02T00:00:00Z",
      sources: names.map((name) => ({
        name,
        layout: template(`/in/${name}/{yyyy}{MM}{dd}/{kind}/f{HH}{mm}.dat`),
        end: "2025-01-02T00:00:00Z",
      })),
      destinationLayout,
    });
    for (const name of names)
      for (const kind of ["x", "y"])
        mirror.tree.put(`/in/${name}/20250101/${kind}/f0100.dat`, kind, new Date("2025-01-01T01:00:00Z"));
    const all: string[] = [];
    for await (const { source, ok, findings } of mirror.daybook.check())
      for (const { step, outcome, detail } of findings)
        if (step === "places") all.push(`${source} ${ok ? "ok" : "BAD"} ${outcome} ${detail}`);
    return all;
  }

  it("fails where files that are there would have one place", async () => {
    const [found] = await checked("{source}/{yyyy}{MM}{dd}/{name}", ["A"]);
    expect(found).toBe(
      "A BAD failed /in/A/20250101/y/f0100.dat and /in/A/20250101/x/f0100.dat would have the same local place, A/20250101/f0100.dat",
    );
  });

  it("fails where files of two sources would", async () => {
    const found = await checked("{yyyy}{MM}{dd}/{kind}/{name}", ["A", "B"]);
    expect(found.filter((line) => line.startsWith("B BAD failed"))).toHaveLength(1);
    expect(found.filter((line) => line.startsWith("A BAD"))).toEqual([]);
  });

  it("says nothing where they are told apart", async () => {
    expect(await checked("{source}/{kind}/{yyyy}{MM}{dd}/{name}", ["A", "B"])).toEqual([]);
  });
});
