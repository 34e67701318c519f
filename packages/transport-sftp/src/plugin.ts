import type { Plugin, Transport } from "@daybook/core";
import { TransportToken } from "@daybook/core";
import type { SftpTransportOptions } from "./options.js";
import { endpointOf, resolveOptions } from "./options.js";
import { SftpTransport } from "./sftp-transport.js";

/** SFTP for `createDaybook`: sources with the same options share one transport and its connections. */
export function sftpTransport(
  options: Omit<SftpTransportOptions, "budget" | "clock" | "memory">,
): Plugin<Transport> {
  const { connections } = resolveOptions(options);
  return {
    name: "sftp",
    provides: TransportToken,
    key: JSON.stringify(sorted(options)),
    create: ({ clock, budget, memory }) =>
      new SftpTransport({
        ...options,
        clock,
        memory: memory?.(endpointOf(options)),
        budget: budget(endpointOf(options), connections),
      }),
  };
}

/** The same text for the same options, in whatever order they were written. */
function sorted(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, inner]) => [name, sorted(inner)]);
}
