import { printable } from "@daybook/core";
import type { TakenOver } from "@daybook/core";
import { count } from "../format/count.js";

const EXAMPLES = 3;
const WORDS: Record<TakenOver["outcome"], string> = {
  taken: "taken over",
  expired: "recorded as let go, and not fetched again",
  known: "in the ledger already",
  left: "left to be fetched",
  unmapped: "of no source, left alone",
};

/** What a dry run leaves undone. */
const DONE: ReadonlySet<TakenOver["outcome"]> = new Set(["taken", "expired"]);

/** Counts what became of files, by outcome and reason, with the first few names of each. */
export class Tally {
  readonly counts: Record<TakenOver["outcome"], number> = {
    taken: 0,
    expired: 0,
    known: 0,
    left: 0,
    unmapped: 0,
  };
  copied = 0;
  readonly #reasons = new Map<string, { outcome: TakenOver["outcome"]; count: number; names: string[] }>();

  add({ outcome, reason, name, copied }: TakenOver): void {
    this.counts[outcome]++;
    if (copied) this.copied++;
    if (reason === undefined) return;
    const key = `${outcome}: ${reason}`;
    const known = this.#reasons.get(key) ?? { outcome, count: 0, names: [] };
    if (known.count++ < EXAMPLES) known.names.push(name);
    this.#reasons.set(key, known);
  }

  get reasons(): { outcome: TakenOver["outcome"]; reason: string; count: number; names: string[] }[] {
    return [...this.#reasons].map(([key, { outcome, count, names }]) => ({
      outcome,
      reason: key.slice(outcome.length + 2),
      count,
      names,
    }));
  }

  lines(dryRun: boolean): string[] {
    const outcomes = Object.entries(this.counts) as [TakenOver["outcome"], number][];
    return outcomes
      .filter(([outcome, n]) => n > 0 || outcome === "taken")
      .flatMap(([outcome, n]) => [
        `${count(n, "file")} ${dryRun && DONE.has(outcome) ? "would be " : ""}${WORDS[outcome]}${this.#how(outcome)}`,
        ...this.reasons.filter((one) => one.outcome === outcome).map(reasonLine),
      ]);
  }

  #how(outcome: TakenOver["outcome"]): string {
    return outcome === "taken" && this.copied > 0 ? `, ${this.copied} of them copied to their places` : "";
  }
}

function reasonLine({ reason, count: n, names }: Tally["reasons"][0]): string {
  const more = n > names.length ? ", …" : "";
  return `  ${n}: ${printable(reason)}: ${names.map(printable).join(", ")}${more}`;
}
