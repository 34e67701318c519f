import { HostMemory } from "@daybook/core";
import type { HostFact } from "@daybook/core";
import { FakeClock } from "@daybook/testing";
import { expect, test } from "vitest";

const DAY = 86_400_000;
const START = new Date("2025-01-01T00:00:00Z");

/** A clock that is set. */
class SetClock extends FakeClock {
  time = START;
  override now(): Date {
    return this.time;
  }
}

test("what is learnt of a host is known of it, and of no other, and told once", () => {
  const told: HostFact[] = [];
  const memory = new HostMemory({ clock: new SetClock(START), onLearnt: (fact) => told.push(fact) });
  memory.of("ftp://a:21").set("no-epsv", "PASV is used");
  expect(memory.of("ftp://a:21").get("no-epsv")).toBe("PASV is used");
  expect(memory.of("ftp://b:21").get("no-epsv")).toBeUndefined();
  expect(told).toEqual([{ endpoint: "ftp://a:21", fact: "no-epsv", value: "PASV is used", at: START }]);
  expect(memory.facts()).toEqual(told);
});

test("a fact is forgotten after some days, and one of the future by as much isn't believed", () => {
  const clock = new SetClock(START);
  const memory = new HostMemory({ clock });
  const at = (days: number) => new Date(START.getTime() + days * DAY);
  memory.recall([
    { endpoint: "ftp://a:21", fact: "old", value: "x", at: at(-8) },
    { endpoint: "ftp://a:21", fact: "recent", value: "x", at: at(-6) },
    { endpoint: "ftp://a:21", fact: "future", value: "x", at: at(400) },
  ]);
  expect(memory.facts().map(({ fact }) => fact)).toEqual(["recent"]);
  clock.time = at(2);
  expect(memory.facts()).toEqual([]);
});
