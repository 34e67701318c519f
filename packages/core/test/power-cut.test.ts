import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDaybook, jsonStore, localDestination, template } from "@daybook/core";
import { memoryTransport, RemoteTree } from "@daybook/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collect } from "./support/mirror.js";

let base: string;
beforeEach(() => void (base = mkdtempSync(join(tmpdir(), "daybook-power-"))));
afterEach(() => rmSync(base, { recursive: true, force: true }));

const at = (...path: string[]) => join(base, ...path);
const TIME = new Date("2025-01-01T02:00:00Z");
const tree = new RemoteTree();
for (const hour of ["00", "01"]) tree.put(`/a/2025/01/01/${hour}/f.dat`, Buffer.from(`of ${hour}`), TIME);
const HOME = (hour: string) => at("downloads/S/2025/01/01", hour, "f.dat");

const open = (sync: boolean) =>
  createDaybook({
    plugins: [jsonStore({ path: at("state.json") }), localDestination({ path: at("downloads"), sync })],
    sources: [
      {
        name: "S",
        plugins: [memoryTransport({ tree })],
        layout: template("/a/{yyyy}/{MM}/{dd}/{HH}/f.dat"),
        start: "2025-01-01T00:00:00Z",
        end: "2025-01-01T02:00:00Z",
      },
    ],
  });

async function run(sync = false) {
  const daybook = open(sync);
  const { outcome } = await daybook.run();
  await daybook.close();
  return outcome;
}

const markers = () => readdirSync(at("downloads/.daybook")).filter((name) => name.startsWith("open-"));

/** The machine comes up again. */
function reboot() {
  for (const name of markers())
    renameSync(
      at("downloads/.daybook", name),
      at("downloads/.daybook", name.replace(/^open-\w+/, "open-000000000000")),
    );
}

const contents = () => ["00", "01"].map((hour) => readFileSync(HOME(hour), "utf8"));

describe("a power cut after a run that ended well, without sync", () => {
  it.each([
    ["empty", (path: string) => truncateSync(path, 0)],
    ["short", (path: string) => truncateSync(path, 2)],
    ["of the right size, with zeros in it", (path: string) => writeFileSync(path, Buffer.alloc(5))],
    ["gone", (path: string) => rmSync(path)],
  ])("is noticed by the next start, and files that are %s come again", async (_what, damage) => {
    expect(await run()).toBe("complete");
    damage(HOME("00"));
    reboot();
    expect(await run()).toBe("complete");
    expect(contents()).toEqual(["of 00", "of 01"]);
    // It was looked at once.
    expect(markers().filter((name) => name.includes("000000000000"))).toEqual([]);
  });

  it("is noticed after other starts in between, too", async () => {
    await run();
    await run();
    truncateSync(HOME("00"), 0);
    reboot();
    await run();
    expect(contents()).toEqual(["of 00", "of 01"]);
  });

  it("is noticed after one start in between that syncs", async () => {
    await run();
    await run(true);
    truncateSync(HOME("00"), 0);
    reboot();
    await run(true);
    expect(contents()).toEqual(["of 00", "of 01"]);
  });

  it("without a reboot costs no look, and what was long written back is forgotten", async () => {
    await run();
    for (const name of markers()) utimesSync(at("downloads/.daybook", name), new Date(0), new Date(0));
    await run(true);
    expect(markers()).toEqual([]);
  });
});

describe("a power cut that takes the ledger's last records along", () => {
  it("leaves empty files at final names, which are put aside and come again", async () => {
    await run();
    for (const hour of ["00", "01"]) truncateSync(HOME(hour), 0);
    // One has its time, the other lost it, too.
    utimesSync(HOME("00"), TIME, TIME);
    rmSync(at("state.json"));
    reboot();
    expect(await run()).toBe("complete");
    expect(contents()).toEqual(["of 00", "of 01"]);
    const aside = readdirSync(at("downloads/.daybook/damaged"), { recursive: true, withFileTypes: true });
    expect(aside.filter((one) => one.isFile())).toHaveLength(2);
  });

  it("explains no file with something in it, nor an empty one that nobody's power cut made", async () => {
    await run();
    writeFileSync(HOME("00"), "a stranger's");
    writeFileSync(HOME("01"), "");
    rmSync(at("state.json"));
    for (const name of markers()) rmSync(at("downloads/.daybook", name));
    expect(await run()).toBe("gaps");
    expect(contents()).toEqual(["a stranger's", ""]);
    const daybook = open(false);
    const found = await collect(daybook.verify());
    await daybook.close();
    expect(found.map(({ kind, source, location, detail }) => [kind, source, location, detail])).toEqual(
      ["00", "01"].map((hour) => [
        "unrecorded",
        "S",
        `S/2025/01/01/${hour}/f.dat`,
        expect.stringMatching(/at the place of a file that was given up: another file stands at its place/),
      ]),
    );
  });
});
