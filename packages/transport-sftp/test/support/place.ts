import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { ErrorKind } from "@daybook/core";
import { isDaybookError } from "@daybook/core";
import { RemoteTree } from "@daybook/testing";
import type { SftpTransportOptions } from "@daybook/transport-sftp";
import { SftpTransport } from "@daybook/transport-sftp";
import ssh2 from "ssh2";
import { expect, onTestFinished } from "vitest";
import type { SftpServerOptions } from "./sftp-server.js";
import { SftpServer } from "./sftp-server.js";

/** A server with a tree of its own and a transport for it; both end with the test. */
export async function place(
  given: { server?: Partial<SftpServerOptions>; transport?: Partial<SftpTransportOptions> } = {},
) {
  const tree = new RemoteTree();
  const server = await new SftpServer({ tree, ...given.server }).start();
  onTestFinished(() => server.stop());
  const connect = (options: Partial<SftpTransportOptions> = {}) => {
    const transport = new SftpTransport({ ...login(server), ...given.transport, ...options });
    onTestFinished(() => transport.close());
    return transport;
  };
  return { tree, server, connect, transport: connect() };
}

export function login(server: SftpServer): SftpTransportOptions {
  const { port } = server;
  return { host: "127.0.0.1", port, user: "user", password: "secret", hostKey: { acceptAnything: true } };
}

/** "type base64" of a server's key, as in known_hosts. */
export function publicKeyOf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}

export function fingerprintOf(privateKey: string): string {
  const blob = Buffer.from(publicKeyOf(privateKey).split(" ")[1]!, "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

export async function file(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-sftp-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

export async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Expects a failure of a kind and returns it. */
export async function failure(promise: Promise<unknown>, kind: ErrorKind) {
  const error: unknown = await promise.then(
    () => "nothing failed",
    (reason: unknown) => reason,
  );
  if (!isDaybookError(error)) throw error instanceof Error ? error : new Error(String(error));
  expect(error.kind, error.message).toBe(kind);
  return error;
}

/** Waits until something is so; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Bytes that tell their place: any two stretches of them differ. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32BE((i * 2_654_435_761) % 2 ** 32, i);
  bytes.fill(7, length - (length % 4));
  return bytes;
}
