import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { tsBlocks } from "./support/markdown.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const pages = [
  join(ROOT, "README.md"),
  ...readdirSync(join(ROOT, "docs")).map((name) => join(ROOT, "docs", name)),
  ...readdirSync(join(ROOT, "packages")).map((name) => join(ROOT, "packages", name, "README.md")),
].filter((path) => path.endsWith(".md"));

test("every TypeScript block of the documentation compiles against the built packages", () => {
  const folder = mkdtempSync(join(tmpdir(), "daybook-docs-"));
  try {
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const files = pages.flatMap((page) => writeBlocks(page, folder));
    expect(files.length).toBeGreaterThan(15);
    expect(diagnose(files, folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every class that the architecture names is there", () => {
  const sources = readdirSync(join(ROOT, "packages"), { recursive: true, encoding: "utf8" })
    .filter((path) => /^[\w-]+\/(?:src|web)\/.*\.ts$/.test(path.replaceAll("\\", "/")))
    .map((path) => readFileSync(join(ROOT, "packages", path), "utf8"))
    .join("\n");
  const page = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
  const names = [...page.matchAll(/`([A-Z][a-z]\w+)(?:\.\w+(?:\(\))?)?`/g)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(30);
  const isThere = (name: string) =>
    new RegExp(`\\b(?:class|interface|type|const|function) ${name}\\b`).test(sources);
  expect([...new Set(names)].filter((name) => !isThere(name))).toEqual([]);
});

/** One file for each block, in a folder for each page; each block's lines have the numbers they have on the page. */
function writeBlocks(page: string, folder: string): string[] {
  const home = join(folder, relative(ROOT, page));
  return tsBlocks(tryRead(page)).map(({ text, line, name }) => {
    const file = join(home, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${"\n".repeat(line - 1)}${text}\nexport {};\n`);
    return file;
  });
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // a package without a page
  }
}

function diagnose(files: string[], folder: string): string[] {
  const program = ts.createProgram(files, {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, "\n");
    if (file === undefined) return text;
    const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
    return `${relative(folder, dirname(file.fileName))}:${line + 1}: ${text}`;
  });
}
