import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { json, name, sampleTree, served } from "./radar-server.js";
import { daybook } from "./workspace.js";

const A = name("00", "DBZH");

async function packing(how: string) {
  const at = await served(sampleTree());
  const text = await readFile(at.file, "utf8");
  await writeFile(at.file, text.replace("path: ./downloads", `path: ./downloads, compress: ${how}`));
  return at;
}

test("files are kept as .gz, and every command knows them by what was sent", async () => {
  const at = await packing("gzip");
  expect((await daybook(["run", "-c", at.file])).exitCode).toBe(3);
  const local = join(at.folder, `${A.replace("/L2/", "downloads/")}.gz`);
  expect(gunzipSync(await readFile(local)).toString()).toBe("a".repeat(1000));
  expect((await daybook(["verify", "-c", at.file])).stdout).toBe("3 files checked, 6.00 kB: nothing wrong\n");
  const files = json((await daybook(["files", "--json", "-c", at.file])).stdout);
  expect(files.find(({ path }) => path === A)).toMatchObject({
    size: 1000,
    encoding: "gzip",
    location: `${A.replace("/L2/", "")}.gz`,
  });
  expect((await daybook(["explain", local, "-c", at.file])).stdout).toMatch(
    /It is kept as gzip, in \d+ bytes\./,
  );
  await writeFile(local, "no gzip");
  expect((await daybook(["verify", "--repair", "-c", at.file])).stdout).toMatch(
    /1 damaged; 1 fetched again\n$/,
  );
  expect(gunzipSync(await readFile(local)).toString()).toBe("a".repeat(1000));
  expect((await daybook(["run", "-c", at.file])).exitCode).toBe(3);
});

test("an encoding that isn't known is refused with those that are", async () => {
  const at = await packing("brotli");
  const { exitCode, stderr } = await daybook(["run", "-c", at.file]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/destination\.compress|compress/);
  expect(stderr).toMatch(/gzip/);
});
