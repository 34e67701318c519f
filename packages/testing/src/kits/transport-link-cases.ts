import assert from "node:assert/strict";
import type { TransportCase, TransportTraits } from "./transport-fixture.js";
import { at, bytesOf, fails, listed, readAll, sameBytes, stillWorks } from "./transport-fixture.js";

export const transportLinkCases = ({ capabilities }: TransportTraits): TransportCase[] => [
  {
    name: "lists a link as a link, wherever it leads",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(5), "directory/inside": bytesOf(3) });
      await fixture.link!("to-file", "file");
      await fixture.link!("to-directory", "directory");
      await fixture.link!("to-nowhere", "missing");
      const entries = [...(await listed(fixture)).values()].map(({ name, type }) => `${type} ${name}`);
      const links = ["link to-directory", "link to-file", "link to-nowhere"];
      assert.deepEqual(entries.sort(), ["directory directory", "file file", ...links]);
    },
  },
  {
    name: "tells what a path leads to, links followed",
    async run(fixture) {
      const { transport } = fixture;
      await fixture.seed({ file: bytesOf(77_692), "directory/inside": bytesOf(3) });
      await fixture.link!("to-file", "file");
      await fixture.link!("to-directory", "directory");
      for (const name of ["file", "to-file"]) {
        const { type, size, modifiedAt } = await transport.stat!(at(fixture, name));
        assert.deepEqual([type, size], ["file", 77_692]);
        if (capabilities.modifiedAt !== "none") assert.ok(modifiedAt instanceof Date);
        sameBytes(await readAll(transport.read(at(fixture, name))), bytesOf(77_692));
      }
      for (const name of ["directory", "to-directory"])
        assert.equal((await transport.stat!(at(fixture, name))).type, "directory");
      assert.deepEqual([...(await listed(fixture, "to-directory")).keys()], ["inside"]);
    },
  },
  {
    name: "says not-found of a link that leads nowhere, and goes on working",
    async run(fixture) {
      await fixture.seed({ file: bytesOf(1) });
      await fixture.link!("to-nowhere", "missing");
      for (let i = 0; i < capabilities.parallelism + 1; i++) {
        await fails(fixture.transport.stat!(at(fixture, "to-nowhere")), "not-found");
        await fails(fixture.transport.stat!(at(fixture, "missing")), "not-found");
      }
      await stillWorks(fixture);
    },
  },
];
