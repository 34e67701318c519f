import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readUptime } from "../src/time/uptime.js";

/** A /proc of which a line or a file may be missing. */
function proc(uptime = "5025.07 19000.11\n", boot = "b51a9714-6a2e-4a22-9d32-f21a0ecbf562\n"): string {
  const folder = mkdtempSync(join(tmpdir(), "daybook-proc-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "sys/kernel/random"), { recursive: true });
  mkdirSync(join(folder, "self/ns"), { recursive: true });
  writeFileSync(join(folder, "uptime"), uptime);
  writeFileSync(join(folder, "sys/kernel/random/boot_id"), boot);
  symlinkSync("time:[4026531834]", join(folder, "self/ns/time"));
  return folder;
}

test("the machine's uptime comes with the boot and the namespace that it counts in", () => {
  expect(readUptime(proc())).toEqual({
    boot: "b51a9714-6a2e-4a22-9d32-f21a0ecbf562 time:[4026531834]",
    ms: 5_025_070,
  });
});

test("there is none where the kernel doesn't say so, or says something else", () => {
  expect(readUptime("/nowhere")).toBeUndefined();
  expect(readUptime(proc("up 3 days"))).toBeUndefined();
  expect(readUptime(proc(undefined, ""))).toBeUndefined();
});

test("one that another file system shows in its place is a container's own", () => {
  const folder = proc();
  rmSync(join(folder, "uptime"));
  symlinkSync("/proc/uptime", join(folder, "uptime"));
  expect(readUptime(folder)).toBeUndefined();
});
