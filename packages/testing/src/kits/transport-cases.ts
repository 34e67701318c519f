import assert from "node:assert/strict";
import type { TransportCase, TransportFixture, TransportTraits } from "./transport-fixture.js";
import { transportLifeCases } from "./transport-life-cases.js";
import { transportLinkCases } from "./transport-link-cases.js";
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
    ...(traits.links ? transportLinkCases(traits) : []),
  ];
  return cases.map((each) => ({
    name: each.name,
    run: (fixture) => keep(each, fixture, traits.patience ?? 20_000),
  }));
}

/** Every way not to keep the contract as an AssertionError: an error where none should be, and never coming to an end. */
async function keep(each: TransportCase, fixture: TransportFixture, patience: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${patience} ms`)), patience);
  });
  try {
    await Promise.race([each.run(fixture), tooLong]);
  } catch (cause) {
    if (cause instanceof assert.AssertionError) throw cause;
    throw Object.assign(new assert.AssertionError({ message: `unexpected failure: ${String(cause)}` }), {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
