import { Worker } from "node:worker_threads";
import { DaybookError } from "@daybook/core";
import type { Engine } from "./engine.js";
import type { Method, Request, Response, WorkerData } from "./protocol.js";

interface Call {
  readonly method: Method;
  resolve(result: unknown): void;
  reject(error: DaybookError): void;
}

/** Asks the worker thread that holds the database. Keeps the process alive while an answer is due, and no longer. */
export class WorkerClient {
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;
  #gone: DaybookError | undefined;

  constructor(data: WorkerData) {
    // CommonJS, unlike the rest: a thread is up sooner without a loader of modules.
    this.#worker = new Worker(new URL("./worker.cjs", import.meta.url), {
      workerData: data,
      // What it makes is on its way out at once; more room for it is only more memory.
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
    });
    this.#worker.on("message", (response: Response) => this.#settle(response));
    this.#worker.on("error", (cause) =>
      this.#fail(`the thread of the SQLite ledger failed: ${cause.message}`, cause),
    );
    this.#worker.on("exit", () => this.#fail("the thread of the SQLite ledger has ended"));
  }

  call<M extends Method>(method: M, ...args: Parameters<Engine[M]>): Promise<ReturnType<Engine[M]>> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone);
      const request: Request = { id: ++this.#lastId, method, args };
      this.#worker.postMessage(request);
      this.#calls.set(request.id, { method, resolve: resolve as Call["resolve"], reject });
      this.#worker.ref();
    });
  }

  /** Ends the thread at once. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(response: Response): void {
    const call = this.#calls.get(response.id);
    this.#calls.delete(response.id);
    if (this.#calls.size === 0) this.#worker.unref();
    if (!call) return;
    if (!("failure" in response)) return call.resolve(response.result);
    const { kind, detail, ...options } = response.failure;
    call.reject(new DaybookError(kind, detail, { operation: call.method, ...options }));
  }

  #fail(detail: string, cause?: Error): void {
    this.#gone ??= new DaybookError("store", detail, { retry: "no", cause });
    for (const call of this.#calls.values()) call.reject(this.#gone);
    this.#calls.clear();
  }
}
