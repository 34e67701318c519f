import {
  DaybookError,
  isDaybookError,
  selectBy,
  type Hook,
  type Inspector,
  type SelectSpec,
} from "@daybook/core";
import { describe, expect, test } from "vitest";
import { Mirror, put, radarPath } from "./support/mirror.js";
import { mirrorWith, Receiver, SLOT } from "./support/receiver.js";

describe("a file that is stored", () => {
  test("is told once, with all that is known of it", async () => {
    const { mirror, receiver } = mirrorWith(["file"]);
    const path = put(mirror, "2025-01-01T01:05:00Z", "12345");
    await mirror.run();
    expect(receiver.heard).toEqual([
      {
        id: expect.stringMatching(/^file_[0-9a-f]{24}$/) as string,
        type: "file",
        source: "RMA1",
        at: expect.stringMatching(/^2025-01-20T00:00:00/) as string,
        data: {
          path,
          slot: `${SLOT}/01`,
          attributes: { radar: "RMA1", strategy: "0315", volume: "01", field: "DBZH" },
          observedAt: "2025-01-01T01:05:00.000Z",
          size: 5,
          modifiedAt: "2025-01-01T01:06:00.000Z",
          sha256: "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5",
          location: path.replace("/L2/", ""),
          version: 1,
          firstSeenAt: "2025-01-20T00:00:00.000Z",
          storedAt: expect.stringMatching(/^2025-01-20T00:00:00/) as string,
        },
      },
    ]);
    mirror.restart();
    await mirror.run();
    expect(receiver.messages).toHaveLength(1);
    expect(await mirror.store.backlog()).toEqual(new Map());
  });

  test("is told again with another id when it is replaced, and not when its change is ignored", async () => {
    for (const [onChange, versions] of [
      ["replace", [1, 2]],
      ["ignore", [1]],
    ] as const) {
      // prettier-ignore
      const { mirror, receiver } = mirrorWith(["file"], { source: { onChange } });
      put(mirror, "2025-01-01T01:05:00Z", "old");
      await mirror.run();
      put(mirror, "2025-01-01T01:05:00Z", "changed");
      await mirror.daybook.retry({ paths: [`${SLOT}/01`] });
      mirror.restart();
      await mirror.run();
      expect(receiver.heard.map(({ data }) => data["version"])).toEqual(versions);
      expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(versions.length);
    }
  });

  test("isn't told again when it was damaged here and is fetched once more", async () => {
    const { mirror, receiver } = mirrorWith(["file"]);
    const path = put(mirror, "2025-01-01T01:05:00Z", "12345");
    await mirror.run();
    mirror.volume.writeFileSync(path.replace("/L2/", "/home/"), "1x345");
    for await (const { repaired } of mirror.daybook.verify({ repair: true })) expect(repaired).toBe(true);
    mirror.restart();
    await mirror.run();
    expect(mirror.home()).toEqual(mirror.remote());
    expect(receiver.messages).toHaveLength(1);
  });

  test("is told only to hooks that follow its source and want files", async () => {
    const [all, one, other] = [new Receiver(), new Receiver(), new Receiver()];
    const hooks = [
      all.hook(["file"], { name: "all" }),
      one.hook(["file"], { name: "one", sources: ["RMA1"] }),
      other.hook(["slot"], { name: "other" }),
    ];
    const mirror = new Mirror({ sources: [{ name: "RMA1" }, { name: "copy" }], hooks });
    put(mirror, "2025-01-01T01:05:00Z");
    await mirror.run();
    expect(all.heard.map(({ source }) => source).sort()).toEqual(["RMA1", "copy"]);
    expect(one.heard.map(({ source }) => source)).toEqual(["RMA1"]);
    expect(other.of("file")).toEqual([]);
    expect(other.of("slot")).toHaveLength(6);
  });
});

describe("a group", () => {
  const expect3 = ["DBZH", "VRAD", "ZDR"];

  test("is told when the last of its files is stored, with all of them", async () => {
    const { mirror, receiver } = mirrorWith(["group"], {}, { group: { expect: expect3 } });
    for (const field of expect3) put(mirror, "2025-01-01T01:05:00Z", field, field);
    for (const field of ["DBZH", "VRAD", "KDP"]) put(mirror, "2025-01-01T01:15:00Z", field, field);
    await mirror.run();
    const [group, ...more] = receiver.heard;
    expect(more).toEqual([]);
    expect(group).toMatchObject({
      type: "group",
      source: "RMA1",
      data: {
        attributes: { radar: "RMA1", strategy: "0315", volume: "01" },
        observedAt: "2025-01-01T01:05:00.000Z",
        slot: `${SLOT}/01`,
        field: expect3,
        files: expect3.map((field) => ({
          path: radarPath("2025-01-01T01:05:00Z", field),
          attributes: { field },
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          location: radarPath("2025-01-01T01:05:00Z", field).replace("/L2/", ""),
        })),
      },
    });
  });

  test("is told once, whoever stored its files, also when one of them is replaced later", async () => {
    const { mirror, receiver } = mirrorWith(["group"], {}, { group: { expect: expect3 } });
    for (const field of ["DBZH", "VRAD"]) put(mirror, "2025-01-01T01:05:00Z", field, field);
    await mirror.run();
    expect(receiver.messages).toHaveLength(0);
    put(mirror, "2025-01-01T01:05:00Z", "ZDR", "ZDR");
    const again = async () => {
      await mirror.daybook.retry({ paths: [`${SLOT}/01`] });
      mirror.restart();
      await mirror.run();
    };
    await again();
    expect(receiver.messages).toHaveLength(1);
    put(mirror, "2025-01-01T01:05:00Z", "another VRAD", "VRAD");
    await again();
    expect(receiver.messages).toHaveLength(1);
  });

  test("expects what its source selects, by attribute or by volume", async () => {
    const fields = ["DBZH", "VRAD"];
    for (const spec of [{ field: fields }, { "315": { "1": fields } }] as SelectSpec[]) {
      const { mirror, receiver } = mirrorWith(["group"], { source: { select: selectBy(spec) } });
      for (const field of expect3) put(mirror, "2025-01-01T01:05:00Z", field, field);
      await mirror.run();
      expect(receiver.heard.map(({ data }) => data["field"])).toEqual([["DBZH", "VRAD"]]);
    }
  });

  test("may be of a whole slot", async () => {
    const group = { by: ["volume"], expect: ["DBZH", "VRAD"] };
    const { mirror, receiver } = mirrorWith(["group"], {}, { group });
    put(mirror, "2025-01-01T01:05:00Z", "a", "DBZH");
    put(mirror, "2025-01-01T01:25:00Z", "b", "VRAD");
    put(mirror, "2025-01-01T02:25:00Z", "c", "VRAD");
    await mirror.run();
    expect(receiver.heard.map(({ data }) => data["slot"])).toEqual([`${SLOT}/01`]);
  });

  test("that nothing defines is refused, naming hook and source", () => {
    for (const group of [
      undefined,
      { field: "moment" },
      { expect: ["A"], by: ["sweep"] },
      { expect: ["A"], by: ["field"] },
    ])
      expect(() => mirrorWith(["group"], {}, { group })).toThrow(/^hook test: group: .*(source RMA1)/);
  });
});

describe("a slot", () => {
  test("is told when it is settled, and again when it was unsettled in between", async () => {
    const { mirror, receiver } = mirrorWith(["slot"]);
    put(mirror, "2025-01-01T01:05:00Z", "12345");
    await mirror.run();
    const told = () => receiver.heard.map(({ data }) => [data["slot"], data["state"]]);
    expect(told().sort()).toEqual([
      [`${SLOT}/00`, "missing"],
      [`${SLOT}/01`, "complete"],
      [`${SLOT}/02`, "missing"],
    ]);
    expect(receiver.heard.find(({ data }) => data["state"] === "complete")?.data).toEqual({
      slot: `${SLOT}/01`,
      start: "2025-01-01T01:00:00.000Z",
      end: "2025-01-01T02:00:00.000Z",
      state: "complete",
      files: { pending: 0, stored: 1, quarantined: 0, gone: 0, expired: 0, bytes: 5 },
    });
    put(mirror, "2025-01-01T01:15:00Z", "late");
    await mirror.daybook.retry({ paths: [`${SLOT}/00`, `${SLOT}/01`] });
    mirror.restart();
    await mirror.run();
    expect(told().slice(3)).toEqual([[`${SLOT}/01`, "complete"]]);
  });

  test("agrees with the ledger whatever became of its files", async () => {
    const { mirror, receiver } = mirrorWith(["slot"], {
      source: { maxAttempts: 2 },
      faults: { onRead: (path) => (path.includes("VRAD") ? { lieShort: 1 } : undefined) },
    });
    for (const field of ["DBZH", "VRAD", "ZDR"]) put(mirror, "2025-01-01T01:05:00Z", field, field);
    await mirror.run();
    for await (const { path, state, files } of mirror.store.slots("RMA1", { start: new Date(0) }))
      expect(
        receiver.heard.filter(({ data }) => data["slot"] === path).map(({ data }) => data),
      ).toMatchObject([{ state, files }]);
  });
});

describe("a gap", () => {
  const told = (receiver: Receiver) =>
    receiver.heard.map(({ data }) => [data["slot"], data["status"], data["kinds"]]);

  test("is told when it is found, when it becomes another, and when it has closed", async () => {
    const inspector: Inspector = {
      name: "good",
      provesEnd: false,
      inspect: () => ({
        update(chunk) {
          if (Buffer.from(chunk).toString().startsWith("bad"))
            throw new DaybookError("bad-content", "it says that it is bad");
        },
        end() {},
      }),
    };
    const { mirror, receiver } = mirrorWith(["gap"], {
      source: { maxAttempts: 1, end: "2025-01-01T01:00:00Z" },
      inspectors: [inspector],
    });
    await mirror.run();
    expect(told(receiver)).toEqual([[`${SLOT}/00`, "found", ["missing"]]]);
    const again = async () => {
      await mirror.daybook.retry();
      await mirror.daybook.retry({ paths: [`${SLOT}/00`] });
      mirror.restart();
      await mirror.run();
    };
    await again();
    expect(receiver.messages).toHaveLength(1);
    put(mirror, "2025-01-01T00:05:00Z", "bad");
    await again();
    expect(told(receiver).slice(1)).toEqual([[`${SLOT}/00`, "found", ["quarantined"]]]);
    expect(receiver.heard.at(-1)!.data["reason"]).toBe("1 file was given up");
    put(mirror, "2025-01-01T00:05:00Z", "good this time");
    await again();
    expect(told(receiver).slice(2)).toEqual([[`${SLOT}/00`, "closed", undefined]]);
    await again();
    expect(receiver.messages).toHaveLength(3);
    expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(3);
  });
});

test("hooks that can't be meant are refused with what to do", () => {
  const refused = (...hooks: Partial<Hook>[]) => {
    try {
      new Mirror({ hooks: hooks.map((hook) => ({ ...new Receiver().hook(["file"]), ...hook })) });
    } catch (error) {
      return isDaybookError(error, "config") && error.detail;
    }
    return undefined;
  };
  expect(refused({ name: "a b" })).toContain("letters, digits");
  expect(refused({}, {})).toContain("two of that name");
  expect(refused({ on: [] })).toContain("told of nothing");
  expect(refused({ on: ["files" as never] })).toContain("no event files: there are file, group");
  expect(refused({ sources: ["RMA9"] })).toContain("no source RMA9");
});
