/** An error that a client is told of: nothing else that was thrown is shown to anybody. */
export class Problem extends Error {
  readonly status: ProblemStatus;
  readonly code: string;

  constructor(status: ProblemStatus, code: string, message: string) {
    super(message);
    this.name = "Problem";
    this.status = status;
    this.code = code;
  }
}

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 421 | 429 | 500 | 503;

/** The body of every error: `{ error: { code, message } }`. */
export function problemBody({ code, message }: { code: string; message: string }): {
  error: { code: string; message: string };
} {
  return { error: { code, message } };
}

export const invalid = (message: string): Problem => new Problem(400, "invalid", message);
export const notFound = (message: string): Problem => new Problem(404, "not-found", message);
