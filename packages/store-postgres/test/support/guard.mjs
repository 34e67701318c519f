// Waits until whoever started it is gone, then stops the server in the folder and removes the folder.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const [folder, data] = process.argv.slice(2);
process.stdin.resume();
await new Promise((resolve) => process.stdin.once("close", resolve));

const pid = await readFile(join(data, "postmaster.pid"), "utf8").then(
  (text) => Number.parseInt(text, 10),
  () => undefined,
);
if (pid) {
  try {
    process.kill(pid, "SIGQUIT");
    for (let i = 0; i < 100; i++) {
      process.kill(pid, 0);
      await delay(50);
    }
  } catch {
    // It has ended.
  }
}
await rm(folder, { recursive: true, force: true });
