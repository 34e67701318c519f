import { describe, expect, it } from "vitest";
import { error } from "./support/made-up.js";
import { collect, Mirror, radarPath, type MirrorOptions } from "./support/mirror.js";

const TIME = "2025-01-01T00:05:10Z";
const PATH = radarPath(TIME);
const SCAN = PATH.slice(0, PATH.lastIndexOf("/"));
const HOUR = "/L2/RMA1/2025/01/01/00";
const NAME = PATH.slice(PATH.lastIndexOf("/") + 1);
const AT = new Date("2025-01-01T00:06:00Z");

const hour = (options: MirrorOptions = {}) =>
  new Mirror({ ...options, source: { end: "2025-01-01T01:00:00Z", ...options.source } });

describe("symbolic links", () => {
  it.each([1, 4])("to files come as what they lead to, over %d connections", async (connections) => {
    const mirror = hour({ connections });
    mirror.tree.put("/store/x", "bytes", AT);
    mirror.tree.link(PATH, "/store/x");
    expect(await mirror.run()).toMatchObject({ outcome: "complete" });
    expect(Object.values(mirror.home())).toEqual(["bytes"]);
    expect(await mirror.files()).toMatchObject([{ path: PATH, size: 5, modifiedAt: AT }]);
  });

  it("to directories are entered, as deep as the layout goes", async () => {
    const mirror = hour();
    mirror.tree.put(`/store/${NAME}`, "bytes", AT);
    mirror.tree.link("/store/round", "/store");
    mirror.tree.link(SCAN, "/store");
    expect(await mirror.run()).toMatchObject({ outcome: "complete" });
    expect(Object.values(mirror.home())).toEqual(["bytes"]);
    expect(mirror.transport.calls.list).toEqual([HOUR, SCAN]);
  });

  it("are not asked for where their names don't fit, and named", async () => {
    const mirror = hour();
    mirror.tree.put(PATH, "bytes", AT);
    mirror.tree.link(`${SCAN}/latest`, PATH);
    mirror.tree.link(radarPath(TIME, "VRAD"), "/nowhere");
    expect(await mirror.run()).toMatchObject({ outcome: "complete" });
    const [slot] = await collect(mirror.store.slots("RMA1", { start: AT }));
    expect(slot!.skipped.count).toBe(2);
    expect(slot!.skipped.names.join()).toMatch(/latest \(a link\)/);
    expect(slot!.skipped.names.join()).toMatch(/VRAD_20250101T000510Z.BUFR \(a link that leads nowhere\)/);
  });

  it("are left out where that is asked for", async () => {
    const mirror = hour({ source: { links: "skip" } });
    mirror.tree.put("/store/x", "bytes", AT);
    mirror.tree.link(PATH, "/store/x");
    await mirror.run();
    expect(mirror.home()).toEqual({});
  });

  it("that can't be asked for keep their hour from being settled", async () => {
    let broken = true;
    const mirror = hour({
      transport: (inner) => ({
        capabilities: inner.capabilities,
        list: (path, options) => inner.list(path, options),
        read: (path, options) => inner.read(path, options),
        stat: async (path, options) => {
          if (broken) throw error("timeout");
          return inner.stat(path, options);
        },
        close: () => inner.close(),
      }),
    });
    mirror.tree.put("/store/x", "bytes", AT);
    mirror.tree.link(PATH, "/store/x");
    await mirror.run({ once: true });
    expect(await mirror.gaps()).toMatchObject([{ kind: "failed" }]);
    broken = false;
    expect(await mirror.run()).toMatchObject({ outcome: "complete" });
  });
});
