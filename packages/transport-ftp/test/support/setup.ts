import { buffer } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { isDaybookError } from "@daybook/core";
import type { DaybookError } from "@daybook/core";
import { FtpServer, RemoteTree } from "@daybook/testing";
import type { FtpServerOptions } from "@daybook/testing";
import { FtpTransport } from "@daybook/transport-ftp";
import type { FtpTransportOptions } from "@daybook/transport-ftp";
import { onTestFinished } from "vitest";

/** A server on a tree with a few files, and a transport to it; both end with the test. */
export async function setUp(
  server: Partial<FtpServerOptions> = {},
  transport: Partial<FtpTransportOptions> = {},
): Promise<{ server: FtpServer; tree: RemoteTree; transport: FtpTransport }> {
  const tree = server.tree ?? new RemoteTree();
  tree.put("/pub/file", bytes(100_000), new Date("2025-01-01T18:30:20Z"));
  tree.put("/pub/other", "other", new Date("2025-01-01T18:30:20Z"));
  tree.makeDirectory("/pub/empty");
  const running = await FtpServer.start({ ...server, tree });
  const client = connect(running, transport);
  onTestFinished(async () => {
    await client.close();
    await running.close();
  });
  return { server: running, tree, transport: client };
}

export function connect(server: FtpServer, options: Partial<FtpTransportOptions> = {}): FtpTransport {
  return new FtpTransport({ host: server.host, port: server.port, connections: 2, ...options });
}

export function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);
}

export async function readAll(stream: Promise<Readable>): Promise<Buffer> {
  return buffer(await stream);
}

/** What a call rejects with, or a stream fails with. */
export async function failure(promise: Promise<unknown>): Promise<DaybookError> {
  try {
    await promise;
  } catch (error) {
    if (isDaybookError(error)) return error;
    throw error;
  }
  throw new Error("it succeeded");
}
