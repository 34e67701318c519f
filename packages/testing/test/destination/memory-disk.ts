import { LocalDestination } from "@daybook/core";
import type { Destination, LocalFs } from "@daybook/core";
import type { DestinationFixture } from "@daybook/testing";
import { createFsFromVolume, Volume } from "memfs";

/** A local destination on a disk in memory, and whatever is put around each that is made there. */
export function memoryDisk(
  around: (destination: Destination) => Destination = (destination) => destination,
  layout?: string,
): DestinationFixture {
  const fs = createFsFromVolume(new Volume()) as unknown as LocalFs;
  const make = () => around(new LocalDestination({ path: "/home", layout, fs }));
  return { destination: make(), again: async () => make() };
}
