import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { tsBlocks } from "./markdown.js";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const execute = promisify(execFile);

export interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs packages as they would be published. */
export async function pack(names: readonly string[], into: string): Promise<Packed[]> {
  const workspaces = names.flatMap((name) => ["-w", name]);
  const { stdout } = await npm(ROOT, "pack", "--json", "--pack-destination", into, ...workspaces);
  return JSON.parse(stdout) as Packed[];
}

/** A project of somebody else, far from this workspace, with nothing installed but these tarballs. */
export class InstalledProject {
  readonly folder = mkdtempSync(join(tmpdir(), "daybook-project-"));

  /**
   * Install scripts are left out: the one that matters compiles better-sqlite3 for a minute, so what it made for this
   * workspace is put in its place.
   */
  async install(
    tarballs: readonly string[],
    manifest = '{ "private": true, "type": "module" }',
  ): Promise<void> {
    writeFileSync(join(this.folder, "package.json"), manifest);
    await npm(this.folder, "install", "--prefer-offline", "--ignore-scripts", ...tarballs);
    if (this.has("better-sqlite3")) {
      const built = "node_modules/better-sqlite3/build/Release/better_sqlite3.node";
      cpSync(join(ROOT, built), join(this.folder, built));
    }
  }

  has(name: string): boolean {
    try {
      return readFileSync(join(this.folder, "node_modules", name, "package.json")) !== undefined;
    } catch {
      return false;
    }
  }

  /** Uses a tool of the workspace that would be too much to install. */
  borrow(name: string): void {
    symlinkSync(join(ROOT, "node_modules", name), join(this.folder, "node_modules", name));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Writes the first TypeScript block of an installed package's page as JavaScript; returns the file's name. */
  snippetOf(name: string, as = `${name.split("/").at(-1)}.js`): string {
    const page = readFileSync(join(this.folder, "node_modules", name, "README.md"), "utf8");
    const [block] = tsBlocks(page);
    if (block === undefined) throw new Error(`there is no TypeScript block in the README of ${name}`);
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
    this.write(as, ts.transpileModule(block.text, { compilerOptions: options }).outputText);
    return as;
  }

  /** Runs node in the project. */
  async node(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const options = { cwd: this.folder, env: { ...process.env, ...env } };
    return execute(process.execPath, args, options).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        stdout: error.stdout,
        stderr: error.stderr,
      }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function npm(cwd: string, ...args: string[]) {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  return execute("npm", [...args, ...quiet], { cwd, maxBuffer: 1 << 26 });
}
