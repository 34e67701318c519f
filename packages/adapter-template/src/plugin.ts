import { TransportToken } from "@daybook/core";
import type { Plugin, Transport } from "@daybook/core";
import { AcmeTransport } from "./acme-transport.js";
import { endpointOf, resolveOptions } from "./options.js";
import type { AcmeOptions } from "./options.js";

/**
 * Acme as a source's transport. Sources with the same options share one pool of connections; all that use the same
 * host share its budget.
 */
export function acmeTransport(options: AcmeOptions): Plugin<Transport> {
  const resolved = resolveOptions(options);
  return {
    name: "acme",
    provides: TransportToken,
    key: `acme ${JSON.stringify(resolved)}`,
    create: ({ clock, budget }) =>
      new AcmeTransport({
        ...options,
        clock,
        budget: budget(endpointOf(resolved), resolved.connections),
      }),
  };
}

/** For `use:` in a configuration file. */
export { acmeTransport as plugin };
