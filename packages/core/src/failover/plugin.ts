import { TransportToken, type Plugin } from "../di/tokens.js";
import { DaybookError } from "../errors/daybook-error.js";
import type { Transport } from "../transport/transport.js";
import { resolveFailover } from "./failover-options.js";
import type { FailoverOptions } from "./failover-options.js";
import { FailoverTransport } from "./failover-transport.js";

/**
 * Several hosts as a source's transport, the preferred one first: `failoverTransport({ hosts: [ftpTransport(…),
 * sftpTransport(…)] })`. Each keeps its own budget and limits, shared with whoever else uses that host.
 */
export function failoverTransport(
  options: FailoverOptions & { readonly hosts: readonly Plugin<Transport>[] },
): Plugin<Transport> {
  const { hosts, ...given } = options;
  const rest = resolveFailover(given, hosts.length);
  for (const { name, provides } of hosts)
    if (provides !== TransportToken) throw new DaybookError("config", `${name} is no transport`);
  const keys = hosts.map(({ key }) => key);
  const { order, trust, times } = rest;
  return {
    name: "failover",
    provides: TransportToken,
    ...(!keys.includes(undefined) && { key: `failover ${JSON.stringify([order, trust, times, keys])}` }),
    create: (deps) => {
      const transports = hosts.map((host) => deps.limited(host.create(deps)));
      return new FailoverTransport({
        ...rest,
        transports,
        clock: deps.clock,
        health: (place) => deps.health(transports[place]!.capabilities.endpoint, keys[place]),
      });
    },
  };
}
