import { DaybookError } from "../errors/daybook-error.js";
import { isAbsence, isRefusal, isTrouble } from "./host-health.js";

export interface HostFailure {
  readonly endpoint: string;
  readonly error: DaybookError;
}

/**
 * One error for what went wrong at all hosts. Where any of them may yet be well it is one to be tried again; what no
 * waiting cures is said only if it is so everywhere. While one is down it is not the path's fault.
 */
export function combinedError(
  failures: readonly HostFailure[],
  { operation, path, anyDown }: { operation: string; path: string; anyDown: boolean },
): DaybookError {
  const errors = failures.map(({ error }) => error);
  const [first] = errors;
  if (first === undefined) return new DaybookError("network", "no host could be asked", { operation, path });
  const telling =
    errors.find(isTrouble) ?? errors.find((error) => !isRefusal(error) && !isAbsence(error)) ?? first;
  // Absent here, and not to be asked there: that may change.
  const kind =
    isAbsence(telling) || (isRefusal(telling) && !errors.every(isRefusal)) ? "network" : telling.kind;
  const sameCode = errors.every(({ code }) => code === first.code);
  return new DaybookError(
    kind,
    failures.map(({ endpoint, error }) => `${endpoint}: ${error.detail}`).join("; "),
    {
      path,
      operation: anyDown ? "connect" : operation,
      code: sameCode ? first.code : undefined,
      cause: first,
    },
  );
}
