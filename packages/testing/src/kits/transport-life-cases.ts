import assert from "node:assert/strict";
import type { TransportCase, TransportTraits } from "./transport-fixture.js";
import {
  at,
  bytesOf,
  ending,
  fails,
  listed,
  occupy,
  readAll,
  sameBytes,
  stillWorks,
} from "./transport-fixture.js";

const denied: TransportCase = {
  name: "says permission of what the server refuses, and goes on working",
  async run(fixture) {
    await fixture.seed({ "shut/file": bytesOf(5), secret: bytesOf(5) });
    await fixture.deny!("shut");
    await fixture.deny!("secret");
    await fails(fixture.transport.list(at(fixture, "shut")), "permission");
    await fails(readAll(fixture.transport.read(at(fixture, "secret"))), "permission");
    await stillWorks(fixture);
  },
};

const cut: TransportCase = {
  name: "never takes a connection that was cut for the end of the file, and goes on working",
  async run(fixture) {
    await fixture.seed({ cut: bytesOf(100_000), whole: bytesOf(100_000) });
    for (const bytes of [0, 1, 70_000]) {
      await fixture.cut!("cut", bytes);
      await fails(readAll(fixture.transport.read(at(fixture, "cut"))), "cut-short", "network", "timeout");
    }
    sameBytes(await readAll(fixture.transport.read(at(fixture, "whole"))), bytesOf(100_000));
    await stillWorks(fixture);
  },
};

export const transportLifeCases = (traits: TransportTraits): TransportCase[] => [
  {
    name: "declares its capabilities, frozen",
    async run({ transport }) {
      const { endpoint, ...rest } = transport.capabilities;
      assert.deepEqual(rest, traits.capabilities);
      assert.match(
        endpoint,
        /^[a-z][a-z0-9+.-]*:\/\/[^@]+$/,
        "the endpoint is a URL without user or password",
      );
      assert.ok(Object.isFrozen(transport.capabilities), "capabilities must be frozen");
      assert.equal(transport.capabilities, transport.capabilities, "capabilities must stay the same object");
    },
  },
  {
    name: "refuses paths with a line break or NUL, and goes on working",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5) });
      for (const bad of ["file\r\nDELE file", "file\n", "file\r", "fi\0le"]) {
        await fails(fixture.transport.list(at(fixture, bad)), "config");
        await fails(fixture.transport.read(at(fixture, bad)), "config");
      }
      assert.deepEqual([...(await listed(fixture)).keys()], ["file"]);
      await stillWorks(fixture);
    },
  },
  {
    name: "refuses paths that aren't absolute, and goes on working",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5) });
      for (const bad of ["", ".", "file", "../file"]) {
        await fails(fixture.transport.list(bad), "config");
        await fails(fixture.transport.read(bad), "config");
      }
      await stillWorks(fixture);
    },
  },
  ...(traits.denies ? [denied] : []),
  ...(traits.cuts ? [cut] : []),
  {
    name: "can be closed twice, and before anything was done",
    async run({ transport }) {
      await Promise.all([transport.close(), transport.close()]);
      await transport.close();
    },
  },
  {
    name: "says cancelled to all that is asked after it was closed",
    async run(fixture) {
      await stillWorks(fixture);
      await fixture.transport.close();
      await fails(fixture.transport.list(fixture.root), "cancelled");
      await fails(fixture.transport.read(at(fixture, "works/still")), "cancelled");
    },
  },
  {
    name: "says cancelled to all that is under way when it is closed",
    async run(fixture) {
      const streams = await occupy(fixture);
      const endings = streams.map((stream) => fails(ending(stream), "cancelled"));
      const queued = fails(fixture.transport.list(fixture.root), "cancelled");
      await fixture.transport.close();
      await Promise.all([...endings, queued]);
    },
  },
  {
    name: "says cancelled to a call that is under way when it is closed",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5) });
      const listing = fails(fixture.transport.list(fixture.root), "cancelled");
      const reading = fixture.transport.read(at(fixture, "file")).then((stream) => ending(stream));
      await fixture.transport.close();
      await Promise.all([listing, fails(reading, "cancelled")]);
    },
  },
];
