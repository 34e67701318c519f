import type { SftpTransportOptions } from "@daybook/transport-sftp";
import { SftpTransport } from "@daybook/transport-sftp";
import type { ServerChannel } from "ssh2";
import { onTestFinished } from "vitest";
import { pattern } from "./place.js";
import { eachRequest, packet, rawServer } from "./raw-server.js";

export const [INIT, OPEN, CLOSE, READ, READDIR, STAT, EXTENDED] = [1, 3, 4, 5, 12, 17, 200];
export const [VERSION, STATUS, HANDLE, DATA, NAME, EXTENDED_REPLY] = [2, 101, 102, 103, 104, 201];
export const END = [1, "end", ""] as const;
export const ATTRIBUTES_OF_A_FILE = [0x4, 0o100644] as const;

export type Answer = (id: number, rest: Buffer) => Buffer | undefined;

/** A transport for a server that answers as told, and else as a good one with one file of 100,000 bytes would. */
export async function against(
  answers: Record<number, Answer>,
  write = writeWhole,
  options?: Partial<SftpTransportOptions>,
) {
  const bytes = pattern(100_000);
  const reads: number[] = [];
  const usual: Record<number, Answer> = {
    [INIT]: () => packet(VERSION, 3),
    [OPEN]: (id) => packet(HANDLE, id, "h"),
    [READ]: (id, rest) => {
      const [position, length] = [rest.readUInt32BE(9), rest.readUInt32BE(13)];
      reads.push(length);
      return position < bytes.length
        ? packet(DATA, id, bytes.subarray(position, position + length))
        : packet(STATUS, id, ...END);
    },
    [CLOSE]: (id) => packet(STATUS, id, 0, "", ""),
  };
  const port = await rawServer((channel) =>
    eachRequest(channel, (type, id, rest) => {
      const answer = answers[type] ?? usual[type] ?? ((id) => packet(HANDLE, id, "h"));
      const reply = answer(id, rest);
      if (reply !== undefined) write(channel, reply);
    }),
  );
  const transport = new SftpTransport({
    host: "127.0.0.1",
    port,
    user: "u",
    password: "p",
    hostKey: { acceptAnything: true },
    ...options,
  });
  onTestFinished(() => transport.close());
  return { transport, bytes, reads };
}

export const writeWhole = (channel: ServerChannel, reply: Buffer): void => {
  channel.write(reply);
};
/** In pieces that end anywhere. */
export const writeTorn = (channel: ServerChannel, reply: Buffer): void => {
  for (let at = 0, step = 1; at < reply.length; at += step, step = (step * 7 + 3) % 9973) {
    channel.write(reply.subarray(at, at + step));
  }
};
