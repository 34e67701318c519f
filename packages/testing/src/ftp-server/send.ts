import type { Socket } from "node:net";

const CHUNK = 64 * 1024;

export interface SendOptions {
  readonly socket: Socket;
  /** At most `length` bytes from `offset` of what is sent; none at the end. */
  read(offset: number, length: number): Uint8Array;
  /** Bytes sent at most. */
  readonly limit?: number;
  /** Called before the first byte and after each chunk. */
  onProgress?(sent: number): void | Promise<void>;
}

/** Sends without ending the connection. False where the client went away. */
export async function send(options: SendOptions): Promise<boolean> {
  const { socket, limit = Infinity } = options;
  let sent = 0;
  for (;;) {
    if (options.onProgress) await options.onProgress(sent);
    const chunk = options.read(sent, Math.min(CHUNK, limit - sent));
    if (chunk.length === 0) return socket.writable;
    if (!socket.writable) return false;
    sent += chunk.length;
    if (!socket.write(chunk)) await either(socket, "drain");
  }
}

/** Ends the connection once all is with the network. False where the client went away before that. */
export async function finish(socket: Socket): Promise<boolean> {
  if (!socket.writable) return false;
  socket.end();
  await either(socket, "finish");
  return socket.writableFinished;
}

/** Waits for an event, or for the connection to be closed. */
export function either(socket: Socket, event: "drain" | "finish" | "close"): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) return resolve();
    const done = () => {
      socket.off(event, done);
      socket.off("close", done);
      resolve();
    };
    socket.on(event, done);
    socket.on("close", done);
  });
}
