import { PassThrough } from "node:stream";
import type { Readable } from "node:stream";
import { DaybookError, asDaybookError, isDaybookError } from "@daybook/core";
import type { Transport, TransportCallOptions } from "@daybook/core";
import { but } from "./broken.js";
import type { BrokenTransports } from "./broken.js";

const BEFORE = "says cancelled where the signal had fired before the call";
const DURING = "says cancelled where the signal fires during the call, and goes on working";
const QUEUED = "says cancelled where the signal fires while the call waits for its turn, and goes on working";
const IN_STREAM = "ends a stream with cancelled when the signal fires, and goes on working";
const AFTER = "is not disturbed by a signal that fires when all is done";
const CLOSED = "says cancelled to all that is asked after it was closed";
const UNDER_WAY = "says cancelled to all that is under way when it is closed";
const CALLED = "says cancelled to a call that is under way when it is closed";

/** Reads hold one of as many places as there are connections until `isFree` says so; without a place, they fail. */
const leaking = (
  transport: Transport,
  free: (stream: Readable, release: () => void) => void,
  onFailure: boolean,
) => {
  let left = transport.capabilities.parallelism + 1;
  return but(transport, {
    read: async (path, options) => {
      if (left === 0) throw new DaybookError("busy", "no connection is left", { path });
      left--;
      try {
        const stream = await transport.read(path, options);
        free(stream, () => left++);
        return stream;
      } catch (error) {
        if (onFailure) left++;
        throw error;
      }
    },
  });
};

const withoutSignal = ({ lane }: TransportCallOptions = {}) => ({ lane });

export const brokenLives: BrokenTransports = {
  "ignores signals": {
    around: (transport) =>
      but(transport, {
        list: (path, options) => transport.list(path, withoutSignal(options)),
        read: (path, options) => transport.read(path, withoutSignal(options)),
      }),
    caughtBy: [BEFORE, DURING, QUEUED, IN_STREAM],
  },
  "calls a stop a network error": {
    around: (transport) => {
      const network = (error: Error) => Promise.reject(new DaybookError("network", error.message));
      return but(transport, {
        list: (path, options) => transport.list(path, options).catch(network),
        read: (path, options) => transport.read(path, options).catch(network),
      });
    },
    caughtBy: [BEFORE, DURING, QUEUED, CLOSED, CALLED],
  },
  "ends a stream as if it were whole when the signal fires": {
    around: (transport) =>
      but(transport, {
        read: async (path, options) => {
          const stream = await transport.read(path, options);
          const calm = new PassThrough();
          stream.on("error", () => calm.destroy());
          return stream.pipe(calm);
        },
      }),
    caughtBy: [IN_STREAM, UNDER_WAY],
  },
  "is closed by any signal that fires": {
    around: (transport) => {
      const watch = (options?: TransportCallOptions) =>
        options?.signal?.addEventListener("abort", () => void transport.close());
      return but(transport, {
        list: (path, options) => (watch(options), transport.list(path, options)),
        read: (path, options) => (watch(options), transport.read(path, options)),
      });
    },
    caughtBy: [DURING, QUEUED, IN_STREAM, AFTER],
  },
  "loses the connection of a stream that is destroyed": {
    around: (transport) => leaking(transport, (stream, release) => void stream.on("end", release), true),
    caughtBy: [
      "has the connection back when a stream is destroyed in the middle",
      "has the connection back when a stream is destroyed unread",
    ],
  },
  "loses the connection of a read that failed": {
    around: (transport) => leaking(transport, (stream, release) => void stream.on("close", release), false),
    caughtBy: ["says not-found of a missing file, and goes on working"],
  },
  "calls what is refused missing": {
    around: (transport) => {
      const missing = (error: Error) => {
        const kind = isDaybookError(error, "permission") ? "not-found" : "network";
        return Promise.reject(isDaybookError(error, "permission") ? new DaybookError(kind, "gone") : error);
      };
      return but(transport, {
        list: (path, options) => transport.list(path, options).catch(missing),
        read: (path, options) => transport.read(path, options).catch(missing),
      });
    },
    caughtBy: ["says permission of what the server refuses, and goes on working"],
  },
  "sends paths as they are": {
    around: (transport) => {
      const sent = (path: string) => path.replace(/[\r\n\0].*/s, "");
      return but(transport, {
        list: (path, options) => transport.list(sent(path), options),
        read: (path, options) => transport.read(sent(path), options),
      });
    },
    caughtBy: ["refuses paths with a line break or NUL, and goes on working"],
  },
  "takes a path for one below the root": {
    around: (transport) => {
      const sent = (path: string) => (/^[/]|[\r\n\0]/.test(path) ? path : `/${path}`);
      return but(transport, {
        list: (path, options) => transport.list(sent(path), options),
        read: (path, options) => transport.read(sent(path), options),
      });
    },
    caughtBy: ["refuses paths that aren't absolute, and goes on working"],
  },
  "can be closed only once": {
    around: (transport) => {
      let closed = false;
      return but(transport, {
        close: async () => {
          if (closed) throw asDaybookError(new Error("closed already"), "network");
          closed = true;
          await transport.close();
        },
      });
    },
    caughtBy: ["can be closed twice, and before anything was done"],
  },
  "goes on after it was closed": {
    around: (transport) => but(transport, { close: async () => {} }),
    caughtBy: [CLOSED, UNDER_WAY, CALLED],
  },
  "finishes its calls before it closes": {
    around: (transport) => {
      const calls = new Set<Promise<unknown>>();
      const noted = <T>(call: Promise<T>): Promise<T> => {
        calls.add(call);
        return call;
      };
      return but(transport, {
        list: (path, options) => noted(transport.list(path, options)),
        read: (path, options) => noted(transport.read(path, options)),
        close: async () => {
          await Promise.allSettled(calls);
          await transport.close();
        },
      });
    },
    caughtBy: [CALLED],
  },
  "declares what can be changed": {
    around: (transport) => but(transport, { capabilities: { ...transport.capabilities } }),
    caughtBy: ["declares its capabilities, frozen"],
  },
  "declares what it is not": {
    around: (transport) =>
      but(transport, { capabilities: Object.freeze({ ...transport.capabilities, parallelism: 9 }) }),
    caughtBy: ["declares its capabilities, frozen"],
  },
  "tells its password": {
    around: (transport) =>
      but(transport, {
        capabilities: Object.freeze({ ...transport.capabilities, endpoint: "ftp://me:secret@host:21" }),
      }),
    caughtBy: ["declares its capabilities, frozen"],
  },
};
