import { RemoteTree, radarTree, sampleBufr } from "@daybook/testing";
import { describe, expect, test } from "vitest";

const ascii = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

describe("a sample BUFR message", () => {
  test("has sections whose lengths add up, from BUFR to 7777", () => {
    for (const options of [{}, { seed: 7 }, { bytes: 47 }, { bytes: 70_000 }]) {
      const message = Buffer.from(sampleBufr(options));
      expect(ascii(message.subarray(0, 4))).toBe("BUFR");
      expect(message.readUIntBE(4, 3)).toBe(message.length);
      expect(message[7]).toBe(4);
      let at = 8;
      for (let section = 0; section < 3; section++) at += message.readUIntBE(at, 3);
      expect(at).toBe(message.length - 4);
      expect(ascii(message.subarray(at))).toBe("7777");
    }
  });

  test("is the same for the same seed, other for another, of the length and time asked for", () => {
    expect(sampleBufr({ seed: 3 })).toEqual(sampleBufr({ seed: 3 }));
    expect(sampleBufr({ seed: 3, bytes: 500 })).not.toEqual(sampleBufr({ seed: 4, bytes: 500 }));
    expect(sampleBufr({ bytes: 12_345 })).toHaveLength(12_345);
    const message = Buffer.from(sampleBufr({ observedAt: new Date("2026-02-03T04:05:06Z") }));
    expect([message.readUInt16BE(8 + 15), ...message.subarray(8 + 17, 8 + 22)]).toEqual([
      2026, 2, 3, 4, 5, 6,
    ]);
    expect(() => sampleBufr({ bytes: 46 })).toThrow(/47 to/);
    expect(() => sampleBufr({ bytes: 2 ** 24 })).toThrow(/16777215/);
  });

  test("is some kilobytes long by default", () => {
    const lengths = Array.from({ length: 50 }, (_, seed) => sampleBufr({ seed }).length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...lengths)).toBeLessThan(20_000);
    expect(new Set(lengths).size).toBeGreaterThan(40);
  });
});

describe("a radar tree", () => {
  const options = {
    radars: ["RMA1", "AR5"],
    start: new Date("2025-01-01T22:10:00Z"),
    hours: 4,
    volumesPerHour: 6,
    fields: { "0315": { "01": ["DBZH", "VRAD"], "02": ["KDP"] } },
  };
  const name =
    /^\/L2\/(\w+)\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/(\d\d)(\d\d)\/\1_0315_(0[12])_([A-Z]+)_\2\3\4T\5\6\7Z\.BUFR$/;

  test("names each file by its radar, volume, field and time, in the folder of that time", () => {
    const { tree, files } = radarTree(options);
    expect(tree.files()).toEqual(files.map((file) => file.path).sort());
    expect(files).toHaveLength(2 * 4 * (3 * 2 + 3 * 1));
    for (const { path, observedAt } of files) {
      const [, , year, month, day, hour, minute, second] = name.exec(path) ?? [];
      expect(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`).toBe(observedAt.toISOString());
    }
    const hours = new Set(files.map(({ observedAt }) => observedAt.toISOString().slice(0, 13)));
    expect([...hours]).toEqual(["2025-01-01T22", "2025-01-01T23", "2025-01-02T00", "2025-01-02T01"]);
  });

  test("publishes each file within minutes, as a valid message of its time", () => {
    const { tree, files } = radarTree(options);
    for (const { path, observedAt } of files) {
      const { modifiedAt, size } = tree.stat(path)!;
      const delay = modifiedAt!.getTime() - observedAt.getTime();
      expect(delay).toBeGreaterThanOrEqual(30_000);
      expect(delay).toBeLessThan(90_000);
      const message = Buffer.from(tree.bytes(path)!);
      expect(message.readUIntBE(4, 3)).toBe(size);
      expect(message[8 + 20]).toBe(observedAt.getUTCMinutes());
    }
  });

  test("is the same for the same seed, and fills a tree that is there", () => {
    const tree = new RemoteTree();
    tree.put("/other", "x");
    const first = radarTree({ ...options, seed: 5, bytes: 100 }, tree);
    const second = radarTree({ ...options, seed: 5, bytes: 100 });
    expect(first.tree).toBe(tree);
    expect(first.files).toEqual(second.files);
    expect(tree.files()).toContain("/other");
    for (const { path } of first.files) expect(tree.bytes(path)).toEqual(second.tree.bytes(path));
    expect(radarTree({ ...options, seed: 6 }).files).not.toEqual(second.files);
  });

  test("takes a plain list of fields", () => {
    const { files } = radarTree({
      ...options,
      radars: ["RMA1"],
      hours: 1,
      volumesPerHour: 1,
      fields: ["DBZH"],
    });
    expect(files.map((file) => file.path)).toEqual([
      expect.stringContaining("RMA1_0315_01_DBZH_20250101T22"),
    ]);
  });
});
