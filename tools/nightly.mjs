// npm run nightly [minutes]: what random tests hold, held for longer and with new seeds each time. Ends with 1 if any failed.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const minutes = Number(process.argv[2] ?? process.env.NIGHTLY_MINUTES ?? 10);
const out = process.env.NIGHTLY_OUT ?? join("node_modules", ".cache", "nightly");
const seed = () => Math.floor(Math.random() * 2 ** 31);

/** Test files of a folder by what their names hold. */
const named = (folder, pattern) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => pattern.test(name) && name.endsWith(".test.ts"))
        .map((name) => `${folder}/${name}`)
    : [];

const CAMPAIGNS = [
  {
    name: "histories of servers, clocks and crashes",
    share: 4,
    files: ["packages/core/test/simulation.test.ts"],
    env: () => ({ SIMULATIONS: "500", SIMULATION_FROM: String(seed()) }),
  },
  {
    name: "FTP: dialogues and listings",
    share: 2,
    files: named("packages/transport-ftp/test", /fuzz|properties|corpus/),
    env: () => ({ DAYBOOK_FUZZ: "300", DAYBOOK_FUZZ_SEED: String(seed() % 1_000_000) }),
  },
  {
    name: "SFTP: dialogues and packets",
    share: 2,
    files: named("packages/transport-sftp/test", /fuzz|wire|border/),
    env: () => ({ SFTP_FUZZ_SECONDS: "60", SFTP_FUZZ_SEED: String(seed() % 1_000_000) }),
  },
  { name: "the page and its API", share: 1, files: named("packages/dashboard/test", /fuzz/) },
  {
    name: "layouts, names and secrets",
    share: 1,
    files: named("packages/core/test", /propert|calendars|wild|random|hide-secrets/),
  },
];

function run(files, env, log) {
  return new Promise((resolve) => {
    const child = spawn("npx", ["vitest", "run", "--testTimeout", "600000", ...files], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part));
    child.on("close", (code) => {
      if (code !== 0) writeFileSync(log, said);
      resolve(code);
    });
  });
}

const shares = CAMPAIGNS.reduce((sum, { share }) => sum + share, 0);
mkdirSync(out, { recursive: true });
let failed = 0;
for (const { name, share, files, env = () => ({}) } of CAMPAIGNS) {
  const began = Date.now();
  const until = began + (minutes * 60_000 * share) / shares;
  let rounds = 0;
  const failures = [];
  while (files.length > 0 && (rounds === 0 || Date.now() < until) && failures.length < 3) {
    const number = seed();
    const given = { DAYBOOK_SEED: String(number), ...env() };
    const log = join(out, `${number}.log`);
    if ((await run(files, given, log)) !== 0) failures.push(log);
    rounds++;
  }
  failed += failures.length;
  const seconds = Math.round((Date.now() - began) / 1000);
  const verdict =
    files.length === 0 ? "no such tests" : failures.length === 0 ? "held" : `FAILED: ${failures.join(", ")}`;
  console.log(`${name}: ${rounds} rounds in ${seconds} s, ${verdict}`);
}
console.log(failed === 0 ? "all held" : `${failed} failed: each log names its seed`);
process.exitCode = failed === 0 ? 0 : 1;
