import { isIPv4, isIPv6 } from "node:net";
import { DaybookError } from "@daybook/core";

export interface Address {
  /** A name or an address, without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export const DEFAULT_ADDRESS: Address = { host: "127.0.0.1", port: 8470 };

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;

/** "8470", ":8470", "127.0.0.1:8470", "[::1]:8470", "example.com:8470", "0.0.0.0". Throws kind "config". */
export function parseAddress(text: string): Address {
  const refuse = () =>
    new DaybookError(
      "config",
      `"${text}" is no address to listen on: write a port, or host and port like 127.0.0.1:8470 or [::1]:8470`,
    );
  const found = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:[\]]*))(?::(?<port>\d{1,5}))?$/.exec(text.trim());
  const { v6, name = "", port } = found?.groups ?? {};
  if (found === null || (v6 !== undefined && !isIPv6(v6))) throw refuse();
  const portAlone = v6 === undefined && port === undefined && /^\d{1,5}$/.test(name);
  const host = v6 ?? (portAlone || name === "" ? DEFAULT_ADDRESS.host : name);
  const number = Number(portAlone ? name : (port ?? DEFAULT_ADDRESS.port));
  if (number > 65535 || (v6 === undefined && !isIPv4(host) && !NAME.test(host))) throw refuse();
  return { host: host.toLowerCase(), port: number };
}

/** Whether only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** The name in a Host header, without its port; undefined where there is none that could be right. */
export function hostOf(header: string | undefined): string | undefined {
  const found = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? "");
  return (found?.[1] ?? found?.[2])?.toLowerCase();
}
