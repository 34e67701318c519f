import type { SftpTransportOptions } from "@daybook/transport-sftp";
import { SftpTransport } from "@daybook/transport-sftp";
import type { ServerChannel } from "ssh2";
import { onTestFinished } from "vitest";
import {
  CLOSE,
  DATA,
  END,
  EXTENDED,
  EXTENDED_REPLY,
  HANDLE,
  INIT,
  NAME,
  OPEN,
  READ,
  READDIR,
  STAT,
  STATUS,
  VERSION,
} from "./against.js";
import { eachRequest, packet, rawServer } from "./raw-server.js";

/** Entries of one reply. */
const AT_ONCE = 50;
const TIME = 1_735_689_600;

/** A request as it came: its type, the path or the file it is about, and what is asked of it. */
export interface Asked {
  readonly type: number;
  readonly id: number;
  readonly path: string;
  readonly position: number;
  readonly length: number;
}

export interface FilesServerOptions {
  /** In the one directory there is, "/d". */
  readonly files: ReadonlyMap<string, Buffer>;
  /** A whole reply to be sent instead of the good one, or nothing at all. */
  readonly reply?: (asked: Asked, good: Buffer) => Buffer | undefined | Promise<Buffer | undefined>;
  /** Told of each request as soon as it is here. */
  readonly arrives?: (asked: Asked) => void;
  readonly limits?: readonly [high: number, low: number];
  /** Whether a channel that is asked for is given; they all are by default. */
  readonly gives?: () => boolean;
  readonly transport?: Partial<SftpTransportOptions>;
}

/** A server that speaks SFTP byte by byte, so that any of its replies can be another, and a transport for it. */
export async function filesServer(given: FilesServerOptions) {
  const { files, reply, arrives, limits, gives, transport: options } = given;
  let channels = 0;
  const serve = (channel: ServerChannel) => {
    channels++;
    let turn = Promise.resolve();
    const listed = new Map<string, number>();
    eachRequest(channel, (type, id, rest) => {
      const path = type === INIT ? "" : rest.subarray(4, 4 + rest.readUInt32BE(0)).toString();
      const [position, length] =
        type === READ ? [rest.readUInt32BE(rest.length - 8), rest.readUInt32BE(rest.length - 4)] : [0, 0];
      const good = goodReply({ type, id, path, position, length }, listed);
      arrives?.({ type, id, path, position, length });
      turn = turn.then(async () => {
        const answer = reply === undefined ? good : await reply({ type, id, path, position, length }, good);
        if (answer !== undefined && channel.writable) channel.write(answer);
      });
    });
  };
  const goodReply = ({ type, id, path, position, length }: Asked, listed: Map<string, number>): Buffer => {
    const bytes = files.get(path.slice("/d/".length));
    if (type === INIT) return limits ? packet(VERSION, 3, "limits@openssh.com", "1") : packet(VERSION, 3);
    if (type === EXTENDED) return packet(EXTENDED_REPLY, id, 0, 262_144, ...limits!, 0, 261_120, 0, 100);
    if (type === CLOSE) return packet(STATUS, id, 0, "", "");
    if (type === STAT)
      return bytes ? packet(105, id, 0xd, 0, bytes.length, 0o100644, TIME, TIME) : packet(STATUS, id, 2);
    if (type === READ && bytes !== undefined) {
      return position < bytes.length
        ? packet(DATA, id, bytes.subarray(position, position + length))
        : packet(STATUS, id, ...END);
    }
    if (type === READDIR) {
      const from = listed.get(path) ?? 0;
      const names = [...files].slice(from, from + AT_ONCE);
      listed.set(path, from + names.length);
      return names.length > 0 ? nameReply(id, names) : packet(STATUS, id, ...END);
    }
    if (type === OPEN && bytes === undefined) return packet(STATUS, id, 2, "No such file", "");
    if (type !== OPEN && path !== "/d") return packet(STATUS, id, 2, "No such file", "");
    listed.delete(path);
    return packet(HANDLE, id, path);
  };
  const port = await rawServer(serve, gives);
  const connect = (more: Partial<SftpTransportOptions> = {}) => {
    const login = {
      host: "127.0.0.1",
      port,
      user: "u",
      password: "p",
      hostKey: { acceptAnything: true } as const,
    };
    const transport = new SftpTransport({ ...login, ...options, ...more });
    onTestFinished(() => transport.close());
    return transport;
  };
  return { transport: connect(), connect, channels: () => channels };
}

export function nameReply(id: number, files: readonly (readonly [name: string, bytes: Buffer])[]): Buffer {
  const entries = files.map(([name, bytes]) => [
    name,
    `-rw-r--r-- ${name}`,
    0xd,
    0,
    bytes.length,
    0o100644,
    TIME,
    TIME,
  ]);
  return packet(NAME, id, files.length, ...entries.flat());
}
