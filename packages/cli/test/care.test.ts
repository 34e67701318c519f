import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommandLine } from "daybook";
import { expect, test } from "vitest";
import { DAY, json, name, sampleTree, served } from "./radar-server.js";
import { CapturedOutput, daybook } from "./workspace.js";

const A = name("00", "DBZH");
const B = name("00", "VRAD");
const local = (path: string) => path.replace("/L2/", "downloads/");

/** Everything home, of an hour each way without gaps. */
async function mirrored() {
  const at = await served(sampleTree());
  expect((await daybook(["run", "-c", at.file])).exitCode).toBe(3);
  return at;
}

test("a file's story is told by its path at the source or on disk", async () => {
  const { file, folder } = await mirrored();
  const told = await daybook(["explain", A, "-c", file]);
  expect(told).toMatchObject({ exitCode: 0, stderr: "" });
  expect(told.stdout).toContain(`RMA1  ${A}\n  First seen at `);
  expect(told.stdout).toContain(`as ${local(A).replace("downloads/", "")}, SHA-256 `);
  expect(await daybook(["explain", join(folder, local(A)), "-c", file])).toEqual(told);
  const [one] = json((await daybook(["explain", A, "--json", "-c", file])).stdout);
  expect(one).toMatchObject({ source: "RMA1", what: "file", file: { status: "stored" } });
});

test("an hour's story is told by its directory", async () => {
  const { file } = await mirrored();
  const { stdout, exitCode } = await daybook(["explain", `${DAY}/01`, "-c", file, "--source", "RMA1"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("and there was no such directory");
});

test("events of a story are told with their times", async () => {
  const { file, server } = await served(sampleTree());
  server.faults.add({ on: "RETR", path: A, reply: "550 Permission denied." });
  await daybook(["run", "-c", file, "--once"]);
  const { stdout } = await daybook(["explain", A, "-c", file]);
  expect(stdout).toMatch(/^ {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}(failed|quarantined) +.*permission/m);
});

test("a path that no source knows is told in one line, exit 1", async () => {
  const { file } = await mirrored();
  expect(await daybook(["explain", "/nowhere\u001b[2J", "-c", file])).toEqual({
    exitCode: 1,
    stdout: "",
    stderr: `daybook: no source knows /nowhere\\u001b[2J: it is no file or hour of a layout in ${file}\n`,
  });
});

test("nothing wrong is told in one line, exit 0", async () => {
  const { file } = await mirrored();
  expect(await daybook(["verify", "-c", file])).toEqual({
    exitCode: 0,
    stdout: "3 files checked, 6.00 kB: nothing wrong\n",
    stderr: "",
  });
});

/** One file changed, one removed, one that nobody knows. */
async function harm(folder: string): Promise<void> {
  await writeFile(join(folder, local(A)), "x".repeat(1000));
  await rm(join(folder, local(B)));
  await writeFile(join(folder, "downloads/RMA1/stranger"), "?");
}

test("what is wrong is told, a line each, and is left as it is: exit 3", async () => {
  const { file, folder } = await mirrored();
  await harm(folder);
  const { stdout, exitCode, stderr } = await daybook(["verify", "-c", file]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  expect(lines.map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
    ["RMA1", "damaged"],
    ["RMA1", "lost"],
    ["-", "unrecorded"],
    ["3 files checked, 6.00 kB: 1 lost, 1 damaged, 1 unrecorded"],
  ]);
  expect((await daybook(["files", "-c", file, "--status", "pending"])).stdout).toBe("");
  const shown = json((await daybook(["verify", "--json", "-c", file])).stdout);
  expect(shown.map(({ type }) => type)).toEqual([...Array(3).fill("discrepancy"), "verify-finished"]);
  expect(shown.at(-1)).toMatchObject({ files: 3, lost: 1, damaged: 1, unrecorded: 1, repaired: 0 });
  const narrow = ["--from", "2025-01-01T02:00Z", "--source", "RMA1"];
  expect((await daybook(["verify", "-c", file, ...narrow])).stdout).toContain(
    "1 file checked, 3.00 kB: 1 unr",
  );
});

test("on a terminal a check shows how far it is, and takes that away before it says anything", async () => {
  const { file, folder } = await mirrored();
  await rm(join(folder, local(B)));
  const stdout = new CapturedOutput();
  const stderr = new CapturedOutput({ isTerminal: true });
  await runCommandLine(["verify", "-c", file], { stdout, stderr, env: {} });
  expect(stderr.text.split("\r\u001b[K")[1]).toBe("checking 1 of 3 files, 1.00 kB of 6.00 kB");
  expect(stderr.text.endsWith("\r\u001b[K")).toBe(true);
  expect(stdout.text).toContain("lost");
});

test("a repair fetches what is bad at once: exit 0 if that was all", async () => {
  const { file, folder } = await mirrored();
  await harm(folder);
  await rename(join(folder, "downloads/RMA1/stranger"), join(folder, "downloads/elsewhere"));
  const { stdout, exitCode } = await daybook(["verify", "--repair", "-c", file]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("3 files checked, 6.00 kB: 1 lost, 1 damaged; 2 fetched again\n");
  expect(await readFile(join(folder, local(A)), "utf8")).toBe("a".repeat(1000));
  expect(await readFile(join(folder, local(B)), "utf8")).toBe("b".repeat(2000));
});

test("what a repair can't bring back keeps it from being a success", async () => {
  const tree = sampleTree();
  const { file, folder } = await served(tree);
  await daybook(["run", "-c", file]);
  await harm(folder);
  tree.remove(B);
  const { stdout, exitCode } = await daybook(["verify", "--repair", "--json", "-c", file]);
  expect(exitCode).toBe(3);
  expect(json(stdout).at(-1)).toMatchObject({ lost: 1, damaged: 1, repaired: 1 });
});

test("a repair that can't log in fails, and says why", async () => {
  const { file, folder } = await mirrored();
  await harm(folder);
  await writeFile(file, (await readFile(file, "utf8")).replace("correct-horse", "hunter2"));
  const { stderr, exitCode } = await daybook(["verify", "--repair", "-c", file]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/failed: .*password/);
});

test("a file that was given up is put back in the queue and fetched by the next run", async () => {
  const { file, server } = await served(sampleTree());
  const forbid = server.faults.add({ on: "RETR", path: A, reply: "550 Permission denied." });
  await daybook(["run", "-c", file]);
  forbid();
  const given = await daybook(["files", "-c", file, "--status", "quarantined"]);
  expect(given.stdout).toContain(A);

  const refused = await daybook(["retry", B, "/L2/unknown", "-c", file]);
  expect(refused).toMatchObject({ exitCode: 1, stdout: "nothing to put back\n" });
  expect(refused.stderr.split("\n").slice(0, 2)).toEqual([
    `daybook: ${B} is not put back: it is stored (daybook verify --repair fetches what is lost or damaged again)`,
    "daybook: /L2/unknown is not put back: the ledger doesn't know it",
  ]);
  expect(await daybook(["retry", A, "-c", file])).toEqual({
    exitCode: 0,
    stdout: "1 file put back in the queue, for the run that is under way or the next one\n",
    stderr: "",
  });
  expect(await daybook(["retry", `${DAY}/01/`, "-c", file])).toEqual({
    exitCode: 0,
    stdout: "1 slot put back in the queue, for the run that is under way or the next one\n",
    stderr: "",
  });
  expect(json((await daybook(["retry", "--json", "-c", file])).stdout)).toEqual([{ files: 0, slots: 0 }]);
  await daybook(["run", "--once", "-c", file]);
  expect((await daybook(["files", "-c", file, "--status", "stored"])).stdout).toContain(A);
});
