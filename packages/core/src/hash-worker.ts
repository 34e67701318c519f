import { createHash, type Hash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { HashRequest, HashReply } from "./fetch/hash-thread.js";

const port = parentPort!;
const hashes = new Map<number, Hash>();

port.on("message", ({ file, block, length = 0, last }: HashRequest) => {
  if (block === undefined && !last) {
    hashes.delete(file);
    return;
  }
  const hash = hashes.get(file) ?? createHash("sha256");
  if (block !== undefined) hash.update(new Uint8Array(block, 0, length));
  if (last) hashes.delete(file);
  else hashes.set(file, hash);
  const reply: HashReply = { file, block, sha256: last ? hash.digest("hex") : undefined };
  port.postMessage(reply, block === undefined ? [] : [block]);
});
