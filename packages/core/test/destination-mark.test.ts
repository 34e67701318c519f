import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDaybook, jsonStore, localDestination, template, type RunOptions } from "@daybook/core";
import { memoryTransport, RemoteTree } from "@daybook/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { collect } from "./support/mirror.js";

let base: string;
beforeEach(() => void (base = mkdtempSync(join(tmpdir(), "daybook-mark-"))));
afterEach(() => rmSync(base, { recursive: true, force: true }));

const at = (...path: string[]) => join(base, ...path);
const tree = new RemoteTree();
for (const hour of ["00", "01"])
  tree.put(`/a/2025/01/01/${hour}/f.dat`, Buffer.from(`of ${hour}`), new Date("2025-01-01T02:00:00Z"));

function open(options: { ledger?: string; home?: string; keep?: number } = {}) {
  const { ledger = "state.json", home = "downloads", keep } = options;
  return createDaybook({
    plugins: [jsonStore({ path: at(ledger) }), localDestination({ path: at(home) })],
    sources: [
      {
        name: "S",
        plugins: [memoryTransport({ tree })],
        layout: template("/a/{yyyy}/{MM}/{dd}/{HH}/f.dat"),
        start: "2025-01-01T00:00:00Z",
        end: "2025-01-01T02:00:00Z",
        keep,
      },
    ],
  });
}

async function run(options: Parameters<typeof open>[0] & RunOptions = {}) {
  const daybook = open(options);
  try {
    const { sources } = await daybook.run({ adopt: options.adopt });
    return { ...sources[0]!, reason: sources[0]!.error?.detail };
  } finally {
    await daybook.close();
  }
}

const filesIn = (home = "downloads") =>
  existsSync(at(home, "S"))
    ? readdirSync(at(home, "S"), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
        .length
    : 0;

/** Takes the marks away, as of a ledger and a destination from before there were any. */
function unmark(home = "downloads") {
  rmSync(at(home, ".daybook/destination.json"), { force: true });
  const text = JSON.parse(String(readFile("state.json")));
  writeFileSync(at("state.json"), JSON.stringify({ ...text, notes: [] }));
}

function readFile(name: string) {
  return readFileSync(at(name));
}

describe("a destination and its ledger know each other:", () => {
  it("one that isn't mounted is said, and nothing is made or fetched until it is asked for", async () => {
    expect(await run()).toMatchObject({ outcome: "complete" });
    renameSync(at("downloads"), at("away"));
    expect(await run()).toMatchObject({
      outcome: "failed",
      error: { kind: "config" },
      reason: expect.stringMatching(
        /isn't the destination that the ledger knows: there is no such folder.*--adopt/,
      ),
    });
    expect(existsSync(at("downloads"))).toBe(false);
    mkdirSync(at("downloads"));
    expect(await run()).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/the folder is empty/),
    });
    expect(readdirSync(at("downloads"))).toEqual([]);
    rmSync(at("downloads"), { recursive: true });
    renameSync(at("away"), at("downloads"));
    expect(await run()).toMatchObject({ outcome: "complete" });
  });

  it("an empty one is used from then on once it was asked for, and its files can be fetched again", async () => {
    await run();
    rmSync(at("downloads"), { recursive: true });
    expect(await run({ adopt: true })).toMatchObject({ outcome: "complete" });
    expect(await run()).toMatchObject({ outcome: "complete" });
    const daybook = open();
    const found = await collect(daybook.verify({ repair: true }));
    expect(found.map(({ kind, repaired }) => [kind, repaired])).toEqual([
      ["lost", true],
      ["lost", true],
    ]);
    await daybook.close();
    await run();
    expect(filesIn()).toBe(2);
  });

  it("another one at its place is said, though it is a Daybook's, too", async () => {
    await run();
    await run({ ledger: "other.json", home: "others" });
    rmSync(at("downloads"), { recursive: true });
    cpSync(at("others"), at("downloads"), { recursive: true });
    expect(await run()).toMatchObject({ outcome: "failed", reason: expect.stringMatching(/another one/) });
    expect(await run({ adopt: true })).toMatchObject({ outcome: "complete" });
    expect(await run()).toMatchObject({ outcome: "complete" });
  });

  it("another ledger's isn't used until it is asked for, and then by both", async () => {
    await run();
    expect(await run({ ledger: "other.json" })).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/another ledger's/),
    });
    expect(await run({ ledger: "other.json", adopt: true })).toMatchObject({ outcome: "complete" });
    for (const ledger of ["state.json", "other.json"])
      expect(await run({ ledger })).toMatchObject({ outcome: "complete" });
  });

  it("a ledger that was lost is made anew in its place, and finds its files", async () => {
    await run();
    rmSync(at("state.json"));
    expect(await run()).toMatchObject({ outcome: "complete" });
    const daybook = open();
    expect(await collect(daybook.verify())).toEqual([]);
    await daybook.close();
  });

  it("a destination that was moved with its files is found at its new path", async () => {
    await run();
    renameSync(at("downloads"), at("moved"));
    expect(await run({ home: "moved" })).toMatchObject({ outcome: "complete" });
    expect(await run({ home: "elsewhere" })).toMatchObject({ outcome: "failed" });
    expect(existsSync(at("elsewhere"))).toBe(false);
  });

  it("a program that died between the mark and the note is followed by one that goes on", async () => {
    await run();
    writeFileSync(
      at("state.json"),
      JSON.stringify({ ...JSON.parse(String(readFile("state.json"))), notes: [] }),
    );
    expect(await run()).toMatchObject({ outcome: "complete" });
  });

  it("a mark that can't be read is none", async () => {
    await run();
    for (const text of ["", "{", "[]", '{"id":7,"ledgers":[]}', "null"]) {
      writeFileSync(at("downloads/.daybook/destination.json"), text);
      expect(await run()).toMatchObject({
        outcome: "failed",
        reason: expect.stringMatching(/it has no mark/),
      });
    }
  });
});

describe("a ledger from before there were marks", () => {
  it("is let in where files that it says are stored are there", async () => {
    await run();
    unmark();
    rmSync(at("downloads/S/2025/01/01/00"), { recursive: true });
    expect(await run()).toMatchObject({ outcome: "complete" });
    renameSync(at("downloads"), at("away"));
    expect(await run()).toMatchObject({ outcome: "failed" });
  });

  it.each(["an empty folder", "no folder", "somebody else's files"])("is refused at %s", async (what) => {
    await run();
    unmark();
    rmSync(at("downloads"), { recursive: true });
    if (what !== "no folder") mkdirSync(at("downloads"));
    if (what === "somebody else's files") writeFileSync(at("downloads/x"), "");
    const before = what === "no folder" ? [] : readdirSync(at("downloads"));
    expect(await run()).toMatchObject({
      outcome: "failed",
      reason: expect.stringMatching(/none of \d+ that were looked for/),
    });
    expect(existsSync(at("downloads")) ? readdirSync(at("downloads")) : []).toEqual(before);
  });
});

describe("what looks after files concludes nothing from a destination that is away:", () => {
  it.each(["verify", "verify --repair", "clean"])("%s", async (what) => {
    await run();
    renameSync(at("downloads"), at("away"));
    mkdirSync(at("downloads"));
    const daybook = open({ keep: what === "clean" ? 60_000 : undefined });
    const looking = async () =>
      what === "clean" ? collect(daybook.clean()) : collect(daybook.verify({ repair: what !== "verify" }));
    await expect(looking()).rejects.toMatchObject({
      kind: "config",
      detail: expect.stringMatching(/the folder is empty/),
    });
    expect((await collect(daybook.files())).map(({ status }) => status)).toEqual(["stored", "stored"]);
    await daybook.close();
  });

  it("also where it goes away in the middle", async () => {
    await run();
    const daybook = open();
    const verifying = daybook.verify({
      repair: true,
      checked: () => {
        if (existsSync(at("away"))) return;
        renameSync(at("downloads"), at("away"));
        mkdirSync(at("downloads"));
      },
    });
    await expect(collect(verifying)).rejects.toMatchObject({ kind: "store", code: "destination-gone" });
    expect((await collect(daybook.files())).map(({ status }) => status)).toEqual(["stored", "stored"]);
    await daybook.close();
  });
});
