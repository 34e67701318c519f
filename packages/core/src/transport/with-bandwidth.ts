import { smallest } from "../extremes.js";
import type { BandwidthLimit } from "./bandwidth-limit.js";
import { LimitedStream } from "./limited-stream.js";
import type { Transport } from "./transport.js";

/**
 * The transport with what is read through it kept to all these limits, as bytes of files: listings are not counted.
 * Where there is none it is the transport itself.
 */
export function withBandwidth(transport: Transport, limits: readonly BandwidthLimit[]): Transport {
  if (limits.length === 0) return transport;
  return {
    capabilities: transport.capabilities,
    list: (directory, options) => transport.list(directory, options),
    ...(transport.stat && { stat: (path, options) => transport.stat!(path, options) }),
    read: async (path, options = {}) => {
      const { lane, readAhead: outer = () => Infinity } = options;
      let joined: (() => void)[] | undefined;
      const leave = () => {
        joined?.forEach((leaveOne) => leaveOne());
        joined = [];
      };
      const readAhead = () => {
        // Who waits for a connection needs no share yet.
        joined ??= limits.map((limit) => limit.join(lane));
        return Math.min(outer(), smallest(limits.map((limit) => limit.readAhead(lane))));
      };
      try {
        const stream = await transport.read(path, { ...options, transient: false, readAhead });
        return new LimitedStream({ stream, limits, lane, readAhead: outer() }).once("close", leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
    close: () => transport.close(),
  };
}
