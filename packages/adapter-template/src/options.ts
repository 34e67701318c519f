import { DaybookError } from "@daybook/core";
import type { Clock, HostBudget } from "@daybook/core";

export interface AcmeOptions {
  readonly host: string;
  /** Default 4711. */
  readonly port?: number;
  /** Default none. */
  readonly token?: string;
  /** Connections to the server at once. Default 4. */
  readonly connections?: number;
  /** How long the server may keep silent, in ms, while something is expected of it. Default 30,000. */
  readonly timeout?: number;
}

export interface AcmeTransportOptions extends AcmeOptions {
  /** Shared with others that use the same host. Default: a budget of `connections`. */
  readonly budget?: HostBudget;
  readonly clock?: Clock;
}

export type ResolvedAcmeOptions = Required<AcmeOptions>;

/** All options with their defaults. Throws kind "config" for one that can't be meant. */
export function resolveOptions(options: AcmeOptions): ResolvedAcmeOptions {
  const { host, port = 4711, token = "", connections = 4, timeout = 30_000 } = options;
  check(typeof host === "string" && /^[^\s/@]+$/.test(host), "`host` must be a host name");
  check(whole(port) && port < 65_536, "`port` must be a number from 1 to 65535");
  check(typeof token === "string", "`token` must be text");
  check(whole(connections), "`connections` must be a whole number from 1 on");
  check(whole(timeout), "`timeout` must be a number of milliseconds");
  return { host, port, token, connections, timeout };
}

/** The server as it is named in logs, budgets and the ledger; no secrets. */
export function endpointOf({ host, port }: ResolvedAcmeOptions): string {
  return `acme://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function whole(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function check(ok: boolean, detail: string): void {
  if (!ok) throw new DaybookError("config", detail, { operation: "configure acme" });
}
