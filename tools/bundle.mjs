// Bundles the packages that every start of the command loads: a hundred small files cost Node more than what is in them.
// The types beside the bundles are tsc's. What a package has inlined is named in dist/licenses.txt.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { ROOT } from "./workspace.mjs";

/**
 * Entries, in ESM or in CommonJS, and the dependencies that are inlined: those of many files, loaded at every start.
 */
const BUNDLES = {
  core: { entries: ["index"], commonjs: ["hash-worker"], inline: ["tsyringe", "reflect-metadata"] },
  cli: { entries: ["index", "main"], inline: ["commander", "yaml", "zod"] },
  "store-sqlite": { entries: ["index"], commonjs: ["worker"], inline: [] },
  "transport-ftp": { entries: ["index"], inline: ["basic-ftp"] },
  // ssh2 looks for its compiled part beside its own files.
  "transport-sftp": { entries: ["index"], inline: [] },
};

for (const [folder, one] of Object.entries(BUNDLES)) {
  const home = join(ROOT, "packages", folder);
  const kept = process.argv.includes("--clean") ? [] : await write(home, one);
  // What is left of an earlier build would be published too.
  for (const path of readdirSync(join(home, "dist"), { recursive: true }))
    if (/\.c?js(\.map)?$/.test(path) && !kept.includes(path)) rmSync(join(home, "dist", path));
}

await page(join(ROOT, "packages/dashboard"));

/** The dashboard's page, as the one script its browser loads; it shares words with the server. */
async function page(home) {
  const folder = join(home, "dist/web");
  for (const path of readdirSync(folder)) if (/\.js(\.map)?$/.test(path)) rmSync(join(folder, path));
  if (process.argv.includes("--clean")) return;
  const build = await rolldown({
    input: { main: join(home, "web/main.ts") },
    platform: "browser",
    transform: { target: "es2023" },
    onLog: refuse("the page"),
  });
  await build.write({ dir: folder, format: "esm", entryFileNames: "[name].js" });
  await build.close();
}

function refuse(what) {
  return (level, log) => {
    throw new Error(`${level} while bundling ${what}: ${log.message}`);
  };
}

async function write(home, { entries, commonjs = [], inline }) {
  const output = [
    ...(await bundle(home, inline, entries, "esm")),
    ...(await bundle(home, inline, commonjs, "cjs")),
  ];
  const texts = licenses(output.flatMap(({ moduleIds }) => moduleIds ?? []));
  if (inline.length > 0) writeFileSync(join(home, "dist/licenses.txt"), texts);
  return output.map(({ fileName }) => fileName);
}

async function bundle(home, inline, entries, format) {
  if (entries.length === 0) return [];
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const asked = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const external = asked.filter((name) => !inline.includes(name));
  const build = await rolldown({
    cwd: home,
    input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    platform: "node",
    external: (id) =>
      id.startsWith("node:") || external.some((name) => id === name || id.startsWith(`${name}/`)),
    transform: { target: "node20.19" },
    onLog: refuse(manifest.name),
  });
  const { output } = await build.write({
    dir: "dist",
    format,
    sourcemap: true,
    entryFileNames: `[name].${format === "cjs" ? "cjs" : "js"}`,
    chunkFileNames: "[name]-[hash].js",
  });
  await build.close();
  return output;
}

function licenses(files) {
  const packages = new Set(
    files.flatMap((file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? []),
  );
  const texts = [...packages].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
