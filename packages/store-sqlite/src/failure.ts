import type { ErrorKind, RetryAdvice } from "@daybook/core";

/** A `DaybookError` on its way between the threads, as plain data. */
export interface Failure {
  readonly kind: ErrorKind;
  readonly detail: string;
  readonly retry?: RetryAdvice;
  readonly code?: string;
  readonly source?: string;
  readonly path?: string;
}

/** Thrown in the worker for what it refuses itself. */
export class Refusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/** A record that no ledger takes; the code is core's. */
export function refusedHere(
  detail: string,
  about: { readonly source: string; readonly path: string },
): Refusal {
  return new Refusal({ kind: "store", retry: "no", code: "record-refused", detail, ...about });
}
