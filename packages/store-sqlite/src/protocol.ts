import type { Engine } from "./engine.js";
import type { Failure } from "./failure.js";

/** The calls of `Engine`. */
export type Method = keyof Engine;

export interface Request {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export type Response =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: Failure };

export interface WorkerData {
  readonly path: string;
}
