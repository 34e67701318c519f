import assert from "node:assert/strict";
import type { TransportCase, TransportTraits } from "./transport-fixture.js";
import { transportLifeCases } from "./transport-life-cases.js";
import { transportListCases } from "./transport-list-cases.js";
import { transportReadCases } from "./transport-read-cases.js";
import { transportStopCases } from "./transport-stop-cases.js";

/** The contract every `Transport` keeps. Each case is given a transport and a directory of its own; see `TransportFixture`. */
export function transportCases(traits: TransportTraits): TransportCase[] {
  const cases = [
    ...transportListCases(traits),
    ...transportReadCases(traits),
    ...transportStopCases,
    ...transportLifeCases(traits),
  ];
  return cases.map((each) => impatient(each, traits.patience ?? 20_000));
}

/** Turns a case that hangs into one that fails, and says so. */
function impatient(each: TransportCase, patience: number): TransportCase {
  return {
    name: each.name,
    run(fixture) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new assert.AssertionError({ message: `not done after ${patience} ms: ${each.name}` }));
        }, patience);
        each
          .run(fixture)
          .then(resolve, reject)
          .finally(() => clearTimeout(timer));
      });
    },
  };
}
