import { allOf, anyOf, doneMarker, minAge, namePattern, proven, stable } from "@daybook/core";
import type { ReadinessRule } from "@daybook/core";
import type { SourceConfig } from "./schema/source.js";

/** Age, stability and an inspector's proof each suffice; the name and the marker must be right beside. */
export function readinessRule(ready: NonNullable<SourceConfig["ready"]>): ReadinessRule {
  const quiet = [
    ...(ready.min_age === undefined ? [] : [minAge(ready.min_age)]),
    ...(ready.stable_for === undefined ? [] : [stable(ready.stable_for)]),
  ];
  return allOf(
    ...(ready.name === undefined ? [] : [namePattern(ready.name)]),
    ...(ready.done_marker === undefined ? [] : [doneMarker(ready.done_marker)]),
    ...(quiet.length === 0 ? [] : [anyOf(proven(), ...quiet)]),
  );
}
