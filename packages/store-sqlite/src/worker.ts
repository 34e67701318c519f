import { parentPort, workerData } from "node:worker_threads";
import { Engine } from "./engine.js";
import { failureOf } from "./errors.js";
import type { Request, Response, WorkerData } from "./protocol.js";

// SQLite's calls block; in a thread of their own they block nothing else. Answers in the order it was asked.

const { path } = workerData as WorkerData;
const port = parentPort!;
let engine: Engine | undefined;

function answer({ id, method, args }: Request): Response {
  try {
    engine ??= new Engine(path);
    const call = engine[method] as (...args: unknown[]) => unknown;
    return { id, result: call.apply(engine, [...args]) };
  } catch (error) {
    return { id, failure: failureOf(error, path) };
  }
}

port.on("message", (request: Request) => {
  port.postMessage(answer(request));
  if (request.method === "close") port.close();
});
