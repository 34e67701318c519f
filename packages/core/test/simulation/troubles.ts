import type { ErrorKind } from "@daybook/core";
import type { Rng } from "./rng.js";

/** What goes wrong for a while. */
export type Trouble = {
  /** Epoch ms; `until` is exclusive. */
  readonly from: number;
  readonly until: number;
  /** Of each call it may strike. */
  readonly chance: number;
} & (
  | { readonly what: "down" | "crowded" | "disk-full" | "login-refused" | "read-kills" }
  | { readonly what: "list-fails" | "read-fails"; readonly kind: ErrorKind }
  | {
      readonly what:
        | "list-cut-off"
        | "list-hides"
        | "list-shows-missing"
        | "list-stale"
        | "list-unreadable"
        | "list-denied"
        | "read-drops"
        | "read-ends-short"
        | "read-stalls"
        | "read-denied";
    }
);

const KINDS: readonly Trouble["what"][] = [
  "down",
  "crowded",
  "disk-full",
  "list-fails",
  "list-fails",
  "list-cut-off",
  "list-cut-off",
  "list-hides",
  "list-shows-missing",
  "list-stale",
  "list-stale",
  "list-unreadable",
  "list-denied",
  "read-fails",
  "read-fails",
  "read-drops",
  "read-drops",
  "read-drops",
  "read-ends-short",
  "read-stalls",
  "read-denied",
];

const ERRORS: readonly ErrorKind[] = ["network", "timeout", "protocol", "busy", "network", "timeout", "auth"];

export function randomTroubles(rng: Rng, from: number, until: number): Trouble[] {
  const count = rng.chance(0.15) ? 0 : rng.int(1, 5);
  return Array.from({ length: count }, () => {
    const start = rng.int(from, until);
    const length = rng.chance(0.3) ? until - start : rng.int(1, 90) * rng.pick([1000, 60_000, 120_000]);
    const end = Math.min(until, start + length);
    const base = { from: start, until: end, chance: rng.chance(0.3) ? 1 : rng.next() };
    const what = rng.pick(KINDS);
    return what === "list-fails" || what === "read-fails"
      ? { ...base, what, kind: rng.pick(ERRORS) }
      : { ...base, what };
  });
}

/** The troubles of this moment. */
export class Weather {
  readonly #troubles: readonly Trouble[];
  readonly #rng: Rng;
  readonly #now: () => number;
  #calm = false;

  constructor(options: { troubles: readonly Trouble[]; rng: Rng; now: () => number }) {
    this.#troubles = options.troubles;
    this.#rng = options.rng;
    this.#now = options.now;
  }

  /** No trouble from here on. */
  calm(): void {
    this.#calm = true;
  }

  /** The first of these that strikes now. */
  strikes<W extends Trouble["what"]>(...what: readonly W[]): Extract<Trouble, { what: W }> | undefined {
    if (this.#calm) return undefined;
    const now = this.#now();
    const found = this.#troubles.find(
      (t) =>
        t.from <= now &&
        now < t.until &&
        (what as readonly string[]).includes(t.what) &&
        this.#rng.chance(t.chance),
    );
    return found as Extract<Trouble, { what: W }> | undefined;
  }

  /** Whether it is on at some time. */
  everHas(what: Trouble["what"]): boolean {
    return this.#troubles.some((t) => t.what === what);
  }

  /** Whether it is on at all, whatever its chance. */
  isOn(what: Trouble["what"]): boolean {
    const now = this.#now();
    return !this.#calm && this.#troubles.some((t) => t.what === what && t.from <= now && now < t.until);
  }
}
