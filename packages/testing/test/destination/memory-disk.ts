import { codecOf, CompressedDestination, LocalDestination } from "@daybook/core";
import type { Destination, Encoding, LocalFs } from "@daybook/core";
import type { DestinationFixture } from "@daybook/testing";
import { createFsFromVolume, Volume } from "memfs";

/** A local destination on a disk in memory, and whatever is put around each that is made there. */
export function memoryDisk(
  around: (destination: Destination) => Destination = (destination) => destination,
  layout?: string,
  compress?: Encoding,
): DestinationFixture {
  const fs = createFsFromVolume(new Volume()) as unknown as LocalFs;
  const make = () => {
    const destination = new LocalDestination({ path: "/home", layout, fs });
    const codec = compress && codecOf(compress);
    return around(codec ? new CompressedDestination({ destination, codec }) : destination);
  };
  return { destination: make(), again: async () => make() };
}
