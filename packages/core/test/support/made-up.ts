import { DaybookError, type ErrorKind } from "@daybook/core";

/** What went wrong in a test because the test wanted it to. */
export const error = (kind: ErrorKind, options = {}) => new DaybookError(kind, `made up: ${kind}`, options);
