import type { DestinationCase, DestinationTraits } from "./destination-fixture.js";
import { destinationPartCases } from "./destination-part-cases.js";
import { destinationPlaceCases } from "./destination-place-cases.js";

/** The contract every `Destination` keeps. Each case is given an empty place of its own; see `DestinationFixture`. */
export function destinationCases(traits: DestinationTraits): DestinationCase[] {
  return [...destinationPlaceCases(traits), ...destinationPartCases(traits)];
}
