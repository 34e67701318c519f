import assert from "node:assert/strict";
import type { TransportCase } from "./transport-fixture.js";
import {
  LARGE,
  at,
  begin,
  bytesOf,
  ending,
  fails,
  occupy,
  readAll,
  sameBytes,
  stillWorks,
} from "./transport-fixture.js";

export const transportStopCases: TransportCase[] = [
  {
    name: "says cancelled where the signal had fired before the call",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5) });
      const signal = AbortSignal.abort();
      await fails(fixture.transport.list(fixture.root, { signal }), "cancelled");
      await fails(fixture.transport.read(at(fixture, "file"), { signal }), "cancelled");
      await stillWorks(fixture);
    },
  },
  {
    name: "says cancelled where the signal fires during the call, and goes on working",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5) });
      for (let i = 0; i < fixture.transport.capabilities.parallelism + 2; i++) {
        const stop = new AbortController();
        const { signal } = stop;
        const listing = fixture.transport.list(fixture.root, { signal });
        const reading = fixture.transport
          .read(at(fixture, "file"), { signal })
          .then((stream) => ending(stream));
        stop.abort();
        await Promise.all([fails(listing, "cancelled"), fails(reading, "cancelled")]);
      }
      await stillWorks(fixture);
    },
  },
  {
    name: "says cancelled where the signal fires while the call waits for its turn, and goes on working",
    async run(fixture) {
      const streams = await occupy(fixture);
      const stop = new AbortController();
      const { signal } = stop;
      const listing = fixture.transport.list(fixture.root, { signal });
      const reading = fixture.transport
        .read(at(fixture, "large"), { signal })
        .then((stream) => ending(stream));
      stop.abort();
      await Promise.all([fails(listing, "cancelled"), fails(reading, "cancelled")]);
      for (const stream of streams) stream.destroy();
      await stillWorks(fixture);
    },
  },
  {
    name: "ends a stream with cancelled when the signal fires, and goes on working",
    async run(fixture) {
      await fixture.seed({ large: bytesOf(LARGE) });
      for (let i = 0; i < fixture.transport.capabilities.parallelism + 2; i++) {
        const stop = new AbortController();
        const ended = ending(await begin(fixture, "large", stop.signal));
        stop.abort();
        await fails(ended, "cancelled");
      }
      await stillWorks(fixture);
    },
  },
  {
    name: "is not disturbed by a signal that fires when all is done",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5000) });
      const stop = new AbortController();
      const { signal } = stop;
      await fixture.transport.list(fixture.root, { signal });
      sameBytes(await readAll(fixture.transport.read(at(fixture, "file"), { signal })), bytesOf(5000));
      stop.abort();
      await stillWorks(fixture);
    },
  },
  {
    name: "has the connection back when a stream is destroyed in the middle",
    async run(fixture) {
      await fixture.seed({ large: bytesOf(LARGE) });
      for (let i = 0; i < fixture.transport.capabilities.parallelism + 2; i++) {
        const stream = await begin(fixture, "large");
        stream.destroy();
        assert.equal(await ending(stream), undefined);
      }
      await stillWorks(fixture);
    },
  },
  {
    name: "has the connection back when a stream is destroyed unread",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5000) });
      for (let i = 0; i < fixture.transport.capabilities.parallelism + 2; i++) {
        const stream = await fixture.transport.read(at(fixture, "file"));
        stream.on("error", () => {}).destroy();
      }
      await stillWorks(fixture);
    },
  },
];
