import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { json, name, sampleTree, served } from "./radar-server.js";
import { daybook } from "./workspace.js";

const A = name("00", "DBZH");
const C = name("02", "DBZH");
const local = (path: string) => path.replace("/L2/", "downloads/");

/** Everything home, then a configuration that keeps nothing of that age. */
async function aged() {
  const at = await served(sampleTree());
  await daybook(["run", "-c", at.file]);
  const text = await readFile(at.file, "utf8");
  await writeFile(at.file, text.replace("    poll: 1s\n", "    poll: 1s\n    keep: 30d\n"));
  const there = (path: string) =>
    access(join(at.folder, local(path))).then(
      () => true,
      () => false,
    );
  return { ...at, there };
}

const reads = (at: Awaited<ReturnType<typeof aged>>) =>
  at.server.commands.filter((command) => command.startsWith("RETR")).length;

test("clean tells what it would delete, deletes it, and the ledger still knows all of it", async () => {
  const at = await aged();
  const told = await daybook(["clean", "--dry-run", "-c", at.file]);
  expect(told).toMatchObject({ exitCode: 0, stderr: "" });
  expect(told.stdout).toContain(`RMA1  would-be-deleted  ${local(A).replace("downloads/", "")}  1.00 kB\n`);
  expect(told.stdout).toMatch(/3 files would be let go, 6\.00 kB freed\n$/);
  expect(await at.there(A)).toBe(true);

  const lines = json((await daybook(["clean", "--json", "-c", at.file])).stdout);
  expect(lines.at(-1)).toEqual({ type: "clean-finished", files: 3, bytes: 6000, left: 0, dryRun: false });
  expect(await at.there(A)).toBe(false);
  expect((await daybook(["clean", "-c", at.file])).stdout).toBe("0 files let go, 0 B freed\n");

  const { stdout } = await daybook(["files", "--status", "expired", "-c", at.file]);
  expect(stdout.trim().split("\n")).toHaveLength(3);
  expect(stdout).toContain("it was deleted at ");
  expect((await daybook(["explain", A, "-c", at.file])).stdout).toContain("It was let go: it was deleted at");
  expect((await daybook(["status", "-c", at.file])).stdout).toContain(
    "RMA1: 3 files more, older than the source keeps files\n",
  );
});

test("clean lets go what is of the time asked for, and a dry run says deleted of nothing", async () => {
  const at = await aged();
  const told = json(
    (await daybook(["clean", "--dry-run", "--json", "--to", "2025-01-01T02:00Z", "-c", at.file])).stdout,
  );
  expect(told.slice(0, -1).map(({ path, outcome, detail }) => [path, outcome, detail])).toEqual(
    [A, name("00", "VRAD")].map((path) => [
      path,
      "would-be-deleted",
      "it would be deleted: it is older than its source keeps files",
    ]),
  );
  const { stdout } = await daybook(["clean", "--from", "2025-01-01T01:00Z", "-c", at.file]);
  expect(stdout).toMatch(/1 file let go, 3\.00 kB freed\n$/);
  expect([await at.there(A), await at.there(C)]).toEqual([true, false]);
});

test("a run lets old files go, and neither it nor verify fetches them again; retry does", async () => {
  const at = await aged();
  const before = reads(at);
  expect((await daybook(["run", "-c", at.file])).exitCode).toBe(3);
  expect([await at.there(A), await at.there(C)]).toEqual([false, false]);
  expect(await daybook(["verify", "--repair", "-c", at.file])).toMatchObject({
    exitCode: 0,
    stdout: "0 files checked, 0 B: nothing wrong\n",
  });
  await daybook(["run", "-c", at.file]);
  expect(reads(at)).toBe(before);

  expect((await daybook(["retry", A, "-c", at.file])).stdout).toMatch(/^1 file put back/);
  await daybook(["run", "-c", at.file]);
  expect([await at.there(A), await at.there(C), reads(at)]).toEqual([true, false, before + 1]);
  expect(
    (await daybook(["retry", "--expired", "--from", "2025-01-01T02:00Z", "-c", at.file])).stdout,
  ).toMatch(/^1 file put back/);
});

test("what somebody put in a file's place is left alone, exit 3", async () => {
  const at = await aged();
  await writeFile(join(at.folder, local(A)), "mine");
  const { stdout, exitCode } = await daybook(["clean", "-c", at.file]);
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/^RMA1 {2}replaced {2}\S+ {2}something else stood at its place/m);
  expect(stdout).toMatch(/2 files let go, 5\.00 kB freed; 1 left alone\n$/);
  expect(await readFile(join(at.folder, local(A)), "utf8")).toBe("mine");
});
