import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FailoverOptions } from "@daybook/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { proftpd } from "./servers/proftpd.js";
import { vsftpd } from "./servers/vsftpd.js";
import { mirrorOf, storedPaths } from "./support/failover.js";
import { LONG_AGO, radarFile } from "./support/in-process.js";

const FILES = new Map(
  Array.from({ length: 24 }, (_, n) => {
    const time = `0${n % 3}:${String(2 * n + 1).padStart(2, "0")}:00`;
    return [radarFile(time), Buffer.alloc(n === 0 ? 30_000_000 : 50_000, `file ${n}, `)] as const;
  }),
);

/** Times are kept, as by a mirror that means well. */
function fill(root: string): void {
  for (const [path, content] of FILES) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    writeFileSync(file, content, { mode: 0o644 });
    utimesSync(file, LONG_AGO, LONG_AGO);
  }
}

for (const [first, second] of [
  [vsftpd, vsftpd],
  [proftpd, vsftpd],
] as const) {
  const missing = first.whyNot() ?? second.whyNot();
  describe.skipIf(missing !== undefined)(`${first.name} and ${second.name}:`, () => {
    async function place(options: FailoverOptions = {}) {
      const servers = [await first.start(), await second.start()] as const;
      for (const server of servers) {
        onTestFinished(() => server.stop());
        fill(server.root);
      }
      return { ...mirrorOf(servers, options), servers };
    }

    async function allHome({ home, events }: Awaited<ReturnType<typeof place>>): Promise<void> {
      for (const [path, content] of FILES)
        expect(content.equals(readFileSync(join(home, path.replace("/L2/", ""))))).toBe(true);
      expect(storedPaths(events)).toEqual([...FILES.keys()].sort());
    }

    test("one dies in the middle of a large file: everything is fetched once, the large file continued", async () => {
      const it = await place({ trust: "any" });
      const running = it.daybook.run();
      const large = [...FILES.keys()][0]!;
      const begun = () =>
        it.events.some((e) => e.type === "file-progress" && e.path === large && e.bytes > 1_000_000);
      await expect.poll(begun, { interval: 1, timeout: 10_000 }).toBe(true);
      await it.servers[0].stop();
      expect((await running).outcome).toBe("complete");
      await allHome(it);
    });

    test("in turn, both serve, and a second look finds nothing new", async () => {
      const it = await place({ order: "round-robin" });
      expect((await it.daybook.run()).outcome).toBe("complete");
      await allHome(it);
      const paths = ["00", "01", "02"].map((hour) => `/L2/RMA1/2025/01/01/${hour}`);
      expect(await it.daybook.retry({ paths })).toMatchObject({ slots: 3 });
      expect((await it.daybook.run()).sources[0]!.fetched.files).toBe(0);
    });
  });
}
