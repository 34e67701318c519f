import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { Socket } from "node:net";

export interface ConnectionBoundsOptions {
  /** Connections at once. Default a quarter of the files this process may have open, 512 at most. */
  readonly connections?: number;
  /** Of these, from one address. Default half of them: a proxy is one address, and must not lock out another. */
  readonly perAddress?: number;
}

const MOST = 512;
const FEWEST = 16;
/** What systems allow that don't say. */
const USUAL_LIMIT = 1024;

/** Keeps a server to so many connections: those beyond are closed unanswered, and what crawls keeps its files. */
export function boundConnections(server: Server, options: ConnectionBoundsOptions = {}): void {
  const { connections = Math.max(FEWEST, Math.min(MOST, Math.floor(openFilesLimit() / 4))) } = options;
  const { perAddress = Math.ceil(connections / 2) } = options;
  const open = new Map<string, number>();
  server.maxConnections = connections;
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const n = (open.get(address) ?? 0) + 1;
    if (n > perAddress) return void socket.destroy();
    open.set(address, n);
    socket.once("close", () => {
      const left = open.get(address)! - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}

function openFilesLimit(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return soft === undefined ? USUAL_LIMIT : Number(soft);
  } catch {
    return USUAL_LIMIT;
  }
}
