import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { ServerChannel } from "ssh2";
import ssh2 from "ssh2";
import { onTestFinished } from "vitest";
import { newKey } from "./sftp-server.js";

/**
 * An SSH server whose SFTP is whatever `serve` writes, on as many channels as it `gives`; it ends with the test. Resolves
 * with its port.
 */
export async function rawServer(
  serve: (channel: ServerChannel) => void,
  gives: () => boolean = () => true,
): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [newKey()] }, (connection) => {
    connection.on("error", () => {});
    connection.on("authentication", (context) => context.accept());
    connection.on("ready", () => {
      connection.on("session", (accept, reject) => {
        if (!gives()) return reject();
        accept().on("subsystem", (acceptSubsystem) => serve(acceptSubsystem()));
      });
    });
    onTestFinished(() => void connection.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A packet of SFTP: numbers are written as 32 bits, texts and bytes with their length in front. */
export function packet(type: number, ...fields: (number | string | Buffer)[]): Buffer {
  const body = Buffer.concat(
    fields.map((field) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(typeof field === "number" ? field : Buffer.byteLength(field));
      return typeof field === "number" ? head : Buffer.concat([head, Buffer.from(field)]);
    }),
  );
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length + 1);
  head[4] = type;
  return Buffer.concat([head, body]);
}

/** Cuts what a client sends into packets: type, id, and what follows it. */
export function eachRequest(
  channel: ServerChannel,
  take: (type: number, id: number, rest: Buffer) => void,
): void {
  let bytes = Buffer.alloc(0);
  channel.on("data", (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 9 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
      const end = 4 + bytes.readUInt32BE(0);
      take(bytes[4]!, bytes.readUInt32BE(5), bytes.subarray(9, end));
      bytes = bytes.subarray(end);
    }
  });
}
