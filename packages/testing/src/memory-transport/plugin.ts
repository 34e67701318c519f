import { TransportToken } from "@daybook/core";
import type { Plugin, Transport } from "@daybook/core";
import { MemoryTransport, memoryCapabilities } from "./memory-transport.js";
import type { MemoryTransportOptions } from "./memory-transport.js";

/** A `MemoryTransport` for each source that lists this plugin; all of them share the budget of their endpoint. */
export function memoryTransport(options: MemoryTransportOptions): Plugin<Transport> {
  return {
    name: "memory",
    provides: TransportToken,
    create: ({ clock, budget }) => {
      const { endpoint, parallelism } = memoryCapabilities(options);
      return new MemoryTransport({ clock, budget: budget(endpoint, parallelism), ...options });
    },
  };
}
