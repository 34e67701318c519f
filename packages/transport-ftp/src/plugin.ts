import { secretKey, TransportToken } from "@daybook/core";
import type { Plugin, Transport } from "@daybook/core";
import { FtpTransport } from "./ftp-transport.js";
import { endpointOf, resolveOptions } from "./options.js";
import type { FtpOptions } from "./options.js";

/**
 * FTP as a source's transport. Sources with the same options share one pool of connections; all that use the same host
 * share its budget. Throws kind "config" for options that can't be meant.
 */
export function ftpTransport(options: FtpOptions): Plugin<Transport> {
  const resolved = resolveOptions(options);
  return {
    name: "ftp",
    provides: TransportToken,
    key: `ftp ${JSON.stringify(resolved, inOrder)}`,
    create: ({ clock, budget, memory }) =>
      new FtpTransport({
        ...options,
        clock,
        memory: memory?.(endpointOf(resolved)),
        budget: budget(endpointOf(resolved), resolved.connections),
      }),
  };
}

/** The same text for the same options, in whatever order they were written. */
function inOrder(_key: string, given: unknown): unknown {
  const value = secretKey(given);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
