// Checks every package that is published, as it would be: its manifest and files (publint), and that its types are found
// by programs in ESM (arethetypeswrong). Needs a build.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT, workspaces } from "./workspace.mjs";

const bin = join(ROOT, "node_modules/.bin");
let failed = 0;
for (const { folder, manifest } of workspaces()) {
  if (manifest.private) continue;
  const checks = [
    ["publint", "--strict", folder],
    ["attw", "--pack", folder, "--profile", "esm-only", "--no-emoji", "--format", "ascii"],
  ];
  for (const [tool, ...args] of checks) {
    const { status, stdout, stderr } = spawnSync(join(bin, tool), args, { cwd: ROOT, encoding: "utf8" });
    console.log(`${status === 0 ? "ok    " : "FAILED"} ${tool} ${manifest.name}`);
    if (status === 0) continue;
    failed++;
    console.log(stdout + stderr);
  }
}
process.exit(failed > 0 ? 1 : 0);
