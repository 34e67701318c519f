import { template, type SourceOptions } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { collect, Mirror } from "./support/mirror.js";

const DAY = 86_400_000;
const AT = new Date("2025-01-01T00:31:00Z");
const sourceOf = (name: string, more: Partial<SourceOptions> = {}): Partial<SourceOptions> => ({
  name,
  layout: template(`/${name}/{yyyy}/{MM}/{dd}/{HH}/f_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.dat`),
  ...more,
});
const FILE = "2025/01/01/00/f_20250101T003000Z.dat";

/** Two sources, and a layout that doesn't tell which of them a file is of. */
function twoSources(more: Record<string, Partial<SourceOptions>> = {}) {
  const sources = ["A", "B"].map((name) => sourceOf(name, more[name]));
  const mirror = new Mirror({ sources, destinationLayout: "{yyyy}-{MM}-{dd}-{HH}/{name}" });
  return mirror;
}

const put = (mirror: Mirror, name: string, text: string, at = AT) =>
  mirror.tree.put(`/${name}/${FILE}`, Buffer.from(text), at);

async function outcomes(mirror: Mirror) {
  const found: Record<string, string> = {};
  for await (const { source, status } of mirror.store.find({})) found[source] = status;
  return found;
}

const reasonOf = async (mirror: Mirror, name: string) => {
  for await (const { reason } of mirror.store.find({ source: name })) return reason;
};

describe("two sources whose files a destination's layout doesn't tell apart", () => {
  it.each([
    ["A before B", [["A"], ["B"]], "A"],
    ["B before A", [["B"], ["A"]], "B"],
    ["at once", [["A", "B"]], undefined],
  ])("never share a place, though the bytes are the same: %s", async (_how, runs, first) => {
    const mirror = twoSources();
    put(mirror, "A", "same");
    put(mirror, "B", "same");
    for (const sources of runs) await mirror.run({ sources });
    const found = await outcomes(mirror);
    expect(Object.values(found).sort()).toEqual(["quarantined", "stored"]);
    if (first) expect(found[first]).toBe("stored");
    const loser = found.A === "stored" ? "B" : "A";
    expect(await reasonOf(mirror, loser)).toMatch(
      /belongs to \/[AB]\/2025.* of [AB]: change the destination's layout/,
    );
    // A new version of the one leaves the other what it was.
    put(mirror, loser, "other", new Date(AT.getTime() + 60_000));
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual(["same"]);
    expect(await collect(mirror.daybook.verify())).toEqual([]);
  });

  it("don't share one when both begin at the same moment and the second one's claim is recorded late", async () => {
    const mirror = twoSources();
    put(mirror, "A", "same");
    put(mirror, "B", "same");
    await mirror.run({ sources: ["B"] });
    // As a crash leaves it: named, and not recorded as stored.
    for await (const file of mirror.store.find({ source: "B" }))
      await mirror.store.record([
        {
          kind: "file",
          file: { ...file, status: "pending", version: 0, sha256: undefined, storedAt: undefined },
        },
        { kind: "due", source: "B", path: file.slot, at: mirror.clock.now() },
      ]);
    await mirror.run({ sources: ["A"] });
    expect((await outcomes(mirror)).A).toBe("quarantined");
    await mirror.run();
    expect(await outcomes(mirror)).toEqual({ A: "quarantined", B: "stored" });
  });

  it("don't share one either that an earlier ledger let them share: what one lets go of stays for the other", async () => {
    const mirror = twoSources();
    put(mirror, "A", "same");
    put(mirror, "B", "same");
    await mirror.run();
    const records = [];
    for await (const file of mirror.store.find({})) records.push(file);
    const stored = records.find(({ status }) => status === "stored")!;
    const other = records.find(({ status }) => status !== "stored")!;
    await mirror.store.record([
      { kind: "file", file: { ...stored, source: other.source, path: other.path, slot: other.slot } },
    ]);
    mirror.restart({ source: { keep: 5 * DAY } });
    const cleaned = [];
    for await (const one of mirror.daybook.clean({ sources: ["A"] })) cleaned.push(one.outcome);
    expect(cleaned).toEqual(["replaced"]);
    expect(Object.values(mirror.home())).toEqual(["same"]);
  });
});

describe("two files of one source", () => {
  it("of the same name and bytes in two hours never share a place", async () => {
    const layout = template("/A/{yyyy}/{MM}/{dd}/{HH}/f.dat");
    const mirror = new Mirror({ sources: [sourceOf("A", { layout })], destinationLayout: "{source}/{name}" });
    for (const hour of ["00", "01"]) mirror.tree.put(`/A/2025/01/01/${hour}/f.dat`, Buffer.from("same"), AT);
    await mirror.run();
    const found = (await mirror.files()).map(({ status }) => status);
    expect(found.sort()).toEqual(["quarantined", "stored"]);
  });

  it("never share a place where the name of one is what a later version of the other is kept as", async () => {
    const layout = template("/A/{yyyy}/{MM}/{dd}/{HH}/{file}");
    const mirror = new Mirror({ sources: [sourceOf("A", { layout, onChange: "keep" })] });
    const folder = "/A/2025/01/01/00";
    mirror.tree.put(`${folder}/f`, Buffer.from("first"), AT);
    await mirror.run();
    const later = new Date(AT.getTime() + DAY);
    mirror.tree.put(`${folder}/f`, Buffer.from("again"), later);
    await mirror.daybook.retry({ paths: [folder] });
    await mirror.run();
    mirror.tree.put(`${folder}/f.v2`, Buffer.from("again"), later);
    await mirror.daybook.retry({ paths: [folder] });
    await mirror.run();
    const places = (await mirror.files()).filter(({ status }) => status === "stored").map((f) => f.location);
    expect(new Set(places).size).toBe(places.length);
    expect(places).toContain("A/2025/01/01/00/f.v2");
  });
});
