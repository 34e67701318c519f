// Compiles the benchmark and runs it, or with `rate` as the first argument the measure of limits. Needs a build of the packages.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../workspace.mjs";

const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", join(ROOT, "tools/bench")], { stdio: "inherit" });
if (status !== 0) process.exit(1);
await import(`./dist/tools/bench/${process.argv[2] === "rate" ? "rate" : "main"}.js`);
