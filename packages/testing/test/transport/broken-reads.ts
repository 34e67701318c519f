import { PassThrough, Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { DaybookError, isDaybookError } from "@daybook/core";
import type { ReadOptions, Transport } from "@daybook/core";
import { but } from "./broken.js";
import type { BrokenTransports } from "./broken.js";

type Read = Transport["read"];

const rereading =
  (change: (read: Read, path: string, options: ReadOptions) => Promise<Readable>) =>
  (transport: Transport): Transport =>
    but(transport, { read: (path, options = {}) => change(transport.read.bind(transport), path, options) });

const emptyFor =
  (kinds: (path: string) => boolean) =>
  (read: Read, path: string, options: ReadOptions): Promise<Readable> =>
    read(path, options).catch((error) => {
      if (isDaybookError(error, "not-found") && kinds(path)) return Readable.from([]);
      throw error;
    });

const shorter = (stream: Readable): Readable => {
  let kept: Buffer = Buffer.alloc(0);
  const shortened = new Transform({
    transform(chunk: Buffer, _, done) {
      const all = Buffer.concat([kept, chunk]);
      kept = all.subarray(-1);
      done(null, all.subarray(0, -1));
    },
  });
  return stream.pipe(shortened);
};

export const brokenReads: BrokenTransports = {
  "finds nothing in an empty file": {
    around: rereading(async (read, path, options) => {
      const bytes = await buffer(await read(path, options));
      if (bytes.length === 0) throw new DaybookError("cut-short", "no data came", { path });
      return Readable.from([bytes]);
    }),
    caughtBy: ["reads a file of no bytes", "reads nothing from a start at the very end"],
  },
  "loses the last byte": {
    around: rereading(async (read, path, options) => shorter(await read(path, options))),
    caughtBy: ["reads a file of one byte", "reads a file of a mebibyte"],
  },
  "ignores where to start": {
    around: rereading((read, path, options) => read(path, { ...options, start: 0 })),
    caughtBy: [
      "reads from any byte to the end",
      "reads nothing from a start at the very end",
      "says changed, or reads nothing, from a start past the end",
    ],
  },
  "starts at the beginning where it can't resume": {
    around: rereading((read, path, options) => read(path, { ...options, start: 0 })),
    caughtBy: ["refuses to start in the middle, as it declares"],
  },
  "doesn't resume at all": {
    around: rereading((read, path, options) =>
      read(path, options.start === 0 ? {} : { ...options, start: (options.start ?? 0) + 1 }),
    ),
    caughtBy: ["reads from any byte to the end"],
  },
  "reads a byte less than the hint": {
    around: rereading(async (read, path, options) => {
      const stream = await read(path, options);
      return options.size ? shorter(stream) : stream;
    }),
    caughtBy: ["reads the same bytes with the size as a hint"],
  },
  "takes a missing file for an empty one": {
    around: rereading(emptyFor((path) => path.includes("missing"))),
    caughtBy: ["says not-found of a missing file, and goes on working"],
  },
  "reads a directory as an empty file": {
    around: rereading(emptyFor((path) => path.endsWith("directory"))),
    caughtBy: ["refuses to read a directory, and goes on working"],
  },
  "can't queue": {
    around: (transport) => {
      let running = 0;
      return but(transport, {
        read: async (path, options) => {
          if (running >= 3) throw new DaybookError("busy", "too many at once", { path });
          running++;
          try {
            const stream = await transport.read(path, options);
            return stream.on("close", () => running--);
          } catch (error) {
            running--;
            throw error;
          }
        },
      });
    },
    caughtBy: ["reads many more files at once than its parallelism, each with its own bytes"],
  },
  "mixes up what is read at the same time": {
    around: (transport) => {
      let before: string | undefined;
      return but(transport, {
        read: (path, options) => {
          const asked = before ?? path;
          before = path;
          return transport.read(asked, options).finally(() => (before = undefined));
        },
      });
    },
    caughtBy: ["reads many more files at once than its parallelism, each with its own bytes"],
  },
  "does one thing at a time and gives up when asked for two": {
    around: (transport) => {
      let running = 0;
      const alone = async <T>(work: () => Promise<T>): Promise<T> => {
        if (running > 0) throw new DaybookError("network", "another task is running");
        running++;
        return work().finally(() => running--);
      };
      return but(transport, {
        list: (path, options) => alone(() => transport.list(path, options)),
        read: (path, options) => alone(() => transport.read(path, options)),
      });
    },
    caughtBy: ["lists and reads at the same time, successes and failures mixed"],
  },
  "drops what comes while the reader is slow": {
    around: rereading(async (read, path, options) => {
      const stream = await read(path, options);
      let wanted = true;
      const lossy = new Readable({
        read: () => void (wanted = true),
        destroy: (e, done) => (stream.destroy(), done(e)),
      });
      stream.on("data", (chunk) => {
        if (wanted) wanted = lossy.push(chunk);
      });
      stream.on("end", () => lossy.push(null));
      stream.on("error", (error) => lossy.destroy(error));
      return lossy;
    }),
    caughtBy: ["gives every byte to a reader that is slow"],
  },
  "takes what may be read ahead for all that is wanted": {
    around: rereading(async (read, path, options) => {
      const { readAhead } = options;
      const stream = await read(path, options);
      if (readAhead === undefined) return stream;
      const bytes = await buffer(stream);
      return Readable.from([bytes.subarray(0, readAhead())]);
    }),
    caughtBy: ["gives every byte where little may be read ahead, and more or less as it goes on"],
  },
  "takes a cut connection for the end": {
    around: rereading(async (read, path, options) => {
      const stream = await read(path, options);
      const calm = new PassThrough();
      stream.on("error", () => calm.end());
      return stream.pipe(calm);
    }),
    caughtBy: ["never takes a connection that was cut for the end of the file, and goes on working"],
  },
};
