import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));

/** A process that waits for a word on its input, and then does the task. */
export function machine(name: string, url: string, schema: string, task: string) {
  const child = spawn(process.execPath, [WORKER, url, schema, name, task], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  return {
    child,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    exit: once(child, "exit"),
  };
}

/** Processes that are let go at the same moment; what each of them answers. */
export async function machines(count: number, url: string, schema: string, task: string): Promise<unknown[]> {
  const started = Array.from({ length: count }, (_, i) => machine(`machine ${i}`, url, schema, task));
  try {
    await Promise.all(started.map(({ lines }) => lines.next()));
    for (const { child } of started) child.stdin.end("go\n");
    return await Promise.all(
      started.map(async ({ lines, exit }) => {
        const { value } = (await lines.next()) as { value?: string };
        const [code] = await exit;
        if (code !== 0) throw new Error(`a machine ended with ${String(code)}`);
        return JSON.parse(value!) as unknown;
      }),
    );
  } finally {
    for (const { child } of started) child.kill();
  }
}
