import { buffer } from "node:stream/consumers";
import { BandwidthLimit, withBandwidth } from "@daybook/core";
import type { Clock } from "@daybook/core";
import { FtpTransport } from "@daybook/transport-ftp";
import { expect, onTestFinished, test } from "vitest";
import { serve } from "./support/in-process.js";

/** Time that passes only when it is told to. */
class HeldClock implements Clock {
  #ms = Date.UTC(2025, 0, 1);
  #held = true;
  #wake = () => {};
  now(): Date {
    return new Date(this.#ms);
  }
  async sleep(ms: number): Promise<void> {
    if (this.#held) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#ms += ms;
  }
  letGo(): void {
    this.#held = false;
    this.#wake();
  }
}

test("a limit makes the server wait, longer than the time-out if it must, and every byte arrives", async () => {
  const size = 24 * 1024 * 1024;
  const timeout = 200;
  let sent = 0;
  const { server, tree } = await serve({ faults: { onRetr: (_, bytes) => void (sent = bytes) } });
  const content = Buffer.alloc(size, "bytes of a file, ");
  tree.put("/large", content);
  const ftp = new FtpTransport({ host: server.host, port: server.port, timeout });
  onTestFinished(() => ftp.close());
  const clock = new HeldClock();
  const limit = new BandwidthLimit({ limit: { rate: "100MB/s" }, clock });
  const reading = buffer(await withBandwidth(ftp, [limit]).read("/large", { size }));
  await expect.poll(() => limit.waiting).toBe(1);
  // Nothing may happen meanwhile, so there is nothing to wait for but the time.
  await new Promise((resolve) => setTimeout(resolve, 4 * timeout));
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(size);
  clock.letGo();
  expect(content.equals(await reading)).toBe(true);
});
