import { isDaybookError, type TimeRange } from "@daybook/core";

/** A radar archive's layout. */
export const RADAR =
  "/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/{radar}_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";

export const range = (start: string, end?: string): TimeRange => ({
  start: new Date(start),
  end: end === undefined ? undefined : new Date(end),
});

/** The detail of the configuration error that it throws. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isDaybookError(error, "config")) return error.detail;
    throw error;
  }
  throw new Error("nothing was refused");
}
