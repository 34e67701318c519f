import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "daybook";
import { expect, test } from "vitest";
import { temporaryFolder, writeConfig } from "./workspace.js";

async function withTransport(use: string, files: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const text = `state: { use: memory }
destination: { use: local, path: ./downloads }
sources:
  - name: A
    transport: { use: ${use}, host: h }
    layout: /{yyyy}/{MM}/{name}.BUFR
    start: 2025-01-01T00:00Z
`;
  const file = await writeConfig(text, folder);
  const { options, problems } = await loadConfig(file);
  return {
    plugin: options?.sources[0]?.plugins[0]?.name,
    problems: problems?.map((line) => line.replace(`${file}:5: sources[0].transport.use: `, "")),
  };
}

const PLUGIN = (name: string) =>
  `() => ({ name: "${name}", provides: Symbol.for("@daybook/core/Transport"), create() {} })`;

test("a name that is no adapter's is told with those there are, and no stranger's package is named", async () => {
  for (const use of ["s3", "@daybook/transport-s3"])
    expect((await withTransport(`"${use}"`)).problems).toEqual([
      `there is no transport \`${use}\`: there are ftp, sftp, failover; one of your own is named by its package, once that is installed, or by its file, such as ./transport.mjs`,
    ]);
});

test("a package in the configuration's own folder comes before the command's", async () => {
  const { plugin } = await withTransport("ftp", {
    "node_modules/@daybook/transport-ftp/package.json": `{ "name": "@daybook/transport-ftp", "type": "module", "exports": { ".": { "import": "./index.js" } } }`,
    "node_modules/@daybook/transport-ftp/index.js": `export const ftpTransport = ${PLUGIN("its own")};`,
  });
  expect(plugin).toBe("its own");
});

test("the command's own packages serve a folder without any", async () => {
  expect((await withTransport("ftp")).plugin).toBe("ftp");
});

test("a package's default export makes the plugin", async () => {
  const { plugin } = await withTransport("my-transport", {
    "node_modules/my-transport/package.json": `{ "name": "my-transport", "type": "module", "main": "main.js" }`,
    "node_modules/my-transport/main.js": `export default ${PLUGIN("mine")};`,
  });
  expect(plugin).toBe("mine");
});

test("a file's export called plugin makes the plugin", async () => {
  const files = { "adapters/mine.mjs": `export const plugin = ${PLUGIN("from a file")};` };
  expect((await withTransport("./adapters/mine.mjs", files)).plugin).toBe("from a file");
});

test("a file without a factory is told what is wanted", async () => {
  const { problems } = await withTransport("./mine.mjs", { "mine.mjs": "export const other = 1;" });
  expect(problems).toEqual([
    "./mine.mjs has no default export or an export `plugin` that is a function (options) => plugin",
  ]);
});

test("a file that isn't there is told", async () => {
  expect((await withTransport("./mine.mjs")).problems).toEqual([
    "there is no file ./mine.mjs beside the configuration",
  ]);
});

test("a file that throws is told with its reason", async () => {
  const { problems } = await withTransport("./mine.mjs", { "mine.mjs": "throw new Error('no luck');" });
  expect(problems).toEqual(["./mine.mjs can't be loaded: no luck"]);
});

test("options an adapter refuses are told at its key", async () => {
  const { problems } = await withTransport("./mine.mjs", {
    "mine.mjs": "export default ({ host }) => { throw new Error(`no host ${host}`); };",
  });
  expect(problems).toEqual(["no host h"]);
});

test("a layout may be a file's, and gets its options and each's values", async () => {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, "layout.mjs"),
    `export default (options, { constants }) => ({
       root: options.base + "/" + constants.radar,
       slots: () => [], enters: () => false, parse: () => undefined,
     });`,
  );
  const file = await writeConfig(
    `destination: { use: local, path: d }
state: { use: memory }
sources:
  - name: "{radar}"
    each: { radar: RMA1 }
    transport: { use: ftp, host: h }
    layout: { use: ./layout.mjs, base: /L2 }
    start: 2025-01-01T00:00Z
`,
    folder,
  );
  expect((await loadConfig(file)).options?.sources[0]?.layout.root).toBe("/L2/RMA1");
});
