import { asDaybookError, DaybookError } from "@daybook/core";
import type { Daybook, Observer } from "@daybook/core";
import { findModule } from "../config/find-module.js";

const NAME = "@daybook/dashboard";

/** What is used of the dashboard's package, which is only there where somebody wants to look. */
export interface DashboardModule {
  readonly LiveState: new () => Observer;
  readonly reportHtml: (daybook: Daybook) => Promise<string>;
  readonly Dashboard: new (options: {
    readonly daybook: Daybook;
    readonly live: Observer;
    readonly address?: string;
    readonly token?: string;
    readonly names?: readonly string[];
    readonly writable?: boolean;
    readonly onError?: (error: unknown) => void;
  }) => { listen(): Promise<string>; ready(): Promise<void>; close(): Promise<void> };
}

/** Rejects with kind "config" where it isn't installed. */
export async function loadDashboard(directory: string): Promise<DashboardModule> {
  const url = findModule(NAME, directory);
  if (url === undefined)
    throw new DaybookError("config", `the dashboard is in a package of its own: npm install ${NAME}`);
  try {
    return (await import(url)) as DashboardModule;
  } catch (error) {
    throw asDaybookError(error, "config");
  }
}
