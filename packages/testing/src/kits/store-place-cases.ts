import type { StateStore } from "@daybook/core";
import type { StoreCase } from "./store-fixture.js";
import { aFile, aVisit, fileOf, hour, same, storedFile } from "./store-fixture.js";

const owners = async (store: StateStore, locations: readonly string[]) =>
  (await store.filesAt(locations)).map(({ source, path }) => `${source} ${path}`).sort();

/** Who a place on disk belongs to. */
export const storePlaceCases: StoreCase[] = [
  {
    name: "filesAt() tells every record that names a place, of whatever source and status",
    async run({ store }) {
      const place = "2025-01-01/a";
      const stored = storedFile("a", { location: place });
      const other = fileOf("b", { source: "other", location: place });
      const given = fileOf("c", { status: "quarantined", location: "2025-01-01/c", reason: "bad" });
      await store.record([
        aVisit(0),
        aVisit(0, { source: "other" }),
        ...[stored, other, given, storedFile("elsewhere"), fileOf("nowhere")].map((file) => aFile(file)),
      ]);
      const found = await store.filesAt([place]);
      same(
        found.sort((a, b) => (a.source < b.source ? -1 : 1)),
        [other, stored],
      );
      same(await store.filesAt(["2025-01-01/c", "2025-01-01/nothing", ""]), [given]);
      same(await store.filesAt([]), []);
    },
  },
  {
    name: "filesAt() finds places that end in the file's name and places that don't, and takes none for a part of another",
    async run({ store }) {
      const files = [
        storedFile("x.dat", { location: "radar/x.dat" }),
        storedFile("y.dat", { location: "radar_y.dat" }),
        storedFile("z.dat", { location: "radar/z.dat.gz" }),
        storedFile("🛰.dat", { location: "radar/🛰.dat" }),
        storedFile("100%_'.dat", { location: "radar/100%_'.dat" }),
        storedFile("dat", { location: "dat" }),
        storedFile("long", { location: `${"l".repeat(200)}/${"ö".repeat(100)}/${"x".repeat(250)}/long` }),
      ];
      await store.record([aVisit(0), ...files.map((file) => aFile(file))]);
      for (const { location, path } of files) same(await owners(store, [location!]), [`radar ${path}`]);
      same(
        await owners(store, ["x.dat", "radar/", "radar/x", "x.dat/radar/x.dat", "adar/x.dat", "RADAR/X.DAT"]),
        [],
      );
      const all = files.flatMap(({ location }) => [location!, location!]);
      same(await owners(store, all), files.map(({ path }) => `radar ${path}`).sort());
    },
  },
  {
    name: "filesAt() follows a record that moves to another place, or has none any more",
    async run({ store }) {
      const file = storedFile("a", { location: "old/a" });
      await store.record([aVisit(0), aFile(file)]);
      await store.record([aFile({ ...file, location: "new/a", version: 2, storedAt: hour(3) })]);
      same(await owners(store, ["old/a"]), []);
      same(await owners(store, ["new/a"]), [`radar ${file.path}`]);
      await store.record([aFile({ ...file, status: "expired", location: undefined })]);
      same(await owners(store, ["old/a", "new/a"]), []);
    },
  },
];
