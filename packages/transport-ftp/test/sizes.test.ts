import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDaybook, flat, localDestination, memoryStore } from "@daybook/core";
import { ftpTransport } from "@daybook/transport-ftp";
import { expect, onTestFinished, test } from "vitest";
import { scripted } from "./support/script-server.js";

async function fetched(sizes: "trust" | "distrust", size: number) {
  const { port } = await scripted({
    listing: `-rw-r--r-- 1 a b ${size} Jan 15 2025 file\r\n`,
    on: { SIZE: `213 ${size}` },
  });
  const path = mkdtempSync(join(tmpdir(), "daybook-sizes-"));
  const daybook = createDaybook({
    plugins: [memoryStore(), localDestination({ path })],
    sources: [
      {
        name: "S",
        plugins: [ftpTransport({ host: "127.0.0.1", port, connections: 1, timeout: 2000 })],
        layout: flat("/in", "*"),
        start: "2024-01-01T00:00:00Z",
        sizes,
      },
    ],
  });
  onTestFinished(async () => {
    await daybook.close();
    rmSync(path, { recursive: true, force: true });
  });
  await daybook.run({ once: true });
  const found = readdirSync(path, { recursive: true }).map(String);
  const file = found.find((name) => name.endsWith("/file"));
  return file === undefined ? undefined : readFileSync(join(path, file), "utf8");
}

test.each([0, 3, 4096])(
  "a file listed with %d bytes that has five comes only where sizes are distrusted",
  async (size) => {
    expect(await fetched("trust", size)).toBeUndefined();
    expect(await fetched("distrust", size)).toBe("hello");
  },
);
