import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { flat, printable, template, unsafeName } from "@daybook/core";
import { HOSTILE_BYTES, HOSTILE_NAMES, RemoteTree } from "@daybook/testing";
import { ftpTransport } from "@daybook/transport-ftp";
import { describe, expect, it } from "vitest";
import {
  canBeReal,
  contentOf,
  onDisk,
  everything,
  mirror,
  plantAll,
  plantFolders,
  reach,
  WIRES,
} from "./support/hostile.js";
import { contents } from "./support/in-process.js";
import { rawListing } from "./support/raw-ftp.js";

const SAFE = HOSTILE_NAMES.map(({ name }) => name).filter((name) => unsafeName(name) === undefined);
const UNSAFE = HOSTILE_NAMES.length - SAFE.length;

const byName = (entries: [string, string][]) =>
  Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));

describe.each(WIRES)("names that do harm, by %s", (wire) => {
  it("stay where they are, are counted and shown, and all others come home under their own", async () => {
    const tree = new RemoteTree();
    plantAll(tree, "/incoming");
    const { daybook, downloads, around, files } = mirror(await reach(wire, tree), flat("/incoming"));
    const before = around();
    const { sources } = await daybook.run({ once: true });

    const home = readdirSync(join(downloads, "in")).map((name): [string, string] => [
      name,
      readFileSync(join(downloads, "in", name), "utf8"),
    ]);
    expect(byName(home)).toEqual(byName(SAFE.map((name) => [onDisk(name), contentOf(name)])));
    expect(around()).toEqual(before);
    expect(readdirSync(downloads).sort()).toEqual([".daybook", "in"]);
    expect(readdirSync(join(downloads, ".daybook/parts"))).toEqual([]);

    const { summary } = sources[0]!;
    expect(summary.files.stored).toBe(home.length);
    if (wire === "memory") expect(summary).toMatchObject({ skipped: UNSAFE, unreadable: 0 });
    else if (wire === "sftp") expect(summary.unreadable).toBeGreaterThan(0);
    const [status] = await daybook.status();
    expect(status!.oddities.map(({ what }) => what)).toContain("skipped");
    for (const { names } of status!.oddities) for (const name of names) expect(printable(name)).toBe(name);
    // A line break makes two entries of one: what isn't there in truth is given up with a reason.
    for (const file of await files())
      if (file.status !== "stored") expect(file).toMatchObject({ status: "quarantined", reason: /550/ });
    for await (const problem of daybook.verify()) expect(problem, problem.location).toBeUndefined();
  });

  it("of folders don't either, where a template takes any name", async () => {
    const tree = new RemoteTree();
    plantFolders(tree, "/tree");
    const layout = template("/tree/{folder}/{file}");
    const { daybook, downloads, around } = mirror(await reach(wire, tree), layout);
    const before = around();
    await daybook.run({ once: true });
    // Below a folder whose name can't be asked for nothing can be found.
    const askable = SAFE.filter(canBeReal);
    expect(byName(Object.entries(contentsOfAll(join(downloads, "in"))))).toEqual(
      byName(askable.map((name) => [`${onDisk(name)}/scan.bufr`, contentOf(name)])),
    );
    expect(around()).toEqual(before);
    expect(readdirSync(downloads).sort()).toEqual([".daybook", "in"]);
  });
});

describe("a destination's own layout", () => {
  it.each(["{any}", "{source}/{any}", "{any}/{name}", "all/{any}.{name}", "{any}.v2"])(
    "as free as %s lets no name out, or into Daybook's own folder",
    async (place) => {
      const tree = new RemoteTree();
      plantAll(tree, "/incoming");
      const { daybook, downloads, around, files } = mirror(
        await reach("memory", tree),
        template("/incoming/{any}"),
        { place },
      );
      const before = around();
      await daybook.run({ once: true });
      expect(around()).toEqual(before);
      await daybook.close();
      const parts = everything(join(downloads, ".daybook"))
        .map((line) => line.split(" ")[0]!)
        .filter((path) => !path.includes("/open-"));
      const left = ["destination.json", "parts"].map((name) => join(downloads, ".daybook", name));
      expect(parts.sort()).toEqual(left);
      const own = /^\.daybook[. ]*$/i;
      for (const { path, status, location, reason } of await files()) {
        const name = path.slice("/incoming/".length);
        if (status === "stored")
          expect(readFileSync(join(downloads, location!), "utf8")).toBe(contentOf(name));
        else expect(reason, name).toMatch(/longer than 255 bytes|Daybook's own folder/);
        if (place.startsWith("{any}") && own.test(name) && place !== "{any}.v2")
          expect(status, name).toBe("quarantined");
      }
    },
  );

  it("that puts dots together names no other folder", async () => {
    const tree = new RemoteTree();
    for (const name of ["._.", "a_b"]) tree.put(`/incoming/${name}`, name, new Date(0));
    const { daybook, downloads, around, files } = mirror(
      await reach("memory", tree),
      template("/incoming/{a:.}_{b:.}"),
      { place: "{a}{b}" },
    );
    const before = around();
    await daybook.run({ once: true });
    expect(around()).toEqual(before);
    expect(contents(downloads)).toEqual({ ab: "a_b" });
    expect((await files()).map(({ status, reason }) => [status, reason])).toEqual([
      ["quarantined", expect.stringContaining("another directory")],
      ["stored", undefined],
    ]);
  });
});

it("a name that is no UTF-8 is asked for by its own bytes and comes home under a name of its own", async () => {
  const bytes = HOSTILE_BYTES.map((one) => one.bytes).filter((name) => !name.includes(0));
  const server = await rawListing(bytes, { good: "good" });
  const { daybook, downloads, around } = mirror(
    ftpTransport({ host: "127.0.0.1", port: server.port }),
    flat("/"),
  );
  const before = around();
  const { sources } = await daybook.run({ once: true });
  const home = Object.entries(contents(downloads));
  expect(home.filter(([, text]) => text === "four")).toHaveLength(bytes.length);
  for (const [place] of home) expect(unsafeName(place.slice("in/".length))).toBeUndefined();
  expect(around()).toEqual(before);
  expect(sources[0]!.summary).toMatchObject({ unreadable: 0, files: { stored: bytes.length + 1 } });
  const [status] = await daybook.status();
  for (const { names } of status!.oddities) for (const name of names) expect(printable(name)).toBe(name);
});

/** As `contents`, hidden folders too: here they are data. */
function contentsOfAll(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).flatMap((name) =>
      readdirSync(join(folder, name)).map((file) => [
        `${name}/${file}`,
        readFileSync(join(folder, name, file), "utf8"),
      ]),
    ),
  );
}
