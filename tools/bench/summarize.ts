import type { Commands } from "./count-commands.js";
import type { Round } from "./round.js";
import type { ScenarioResult } from "./run-scenario.js";

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What is told of one peer. Times in seconds, memory in bytes. */
export interface Row {
  readonly peer: string;
  readonly wall: Spread;
  /** The median over the rounds of its time divided by the reference's in the same round. */
  readonly ratio?: Spread;
  readonly cpu: Spread;
  readonly serverCpu: Spread;
  readonly peakMemory: Spread;
  readonly otherCores: Spread;
  readonly commands?: Commands;
  readonly figures: Readonly<Record<string, Spread>>;
  readonly problems: readonly string[];
  readonly rounds: readonly Round[];
}

/** Fastest first; those that did something wrong last. */
export function summarize({ rounds }: ScenarioResult, reference: string): Row[] {
  const against = new Map(rounds.get(reference)?.map((round) => [round.round, round]));
  const rows = [...rounds]
    .filter(([, all]) => all.length > 0)
    .map(([peer, all]) => rowOf(peer, all, against));
  return rows.sort(
    (a, b) => Number(a.problems.length > 0) - Number(b.problems.length > 0) || a.wall.median - b.wall.median,
  );
}

function rowOf(peer: string, rounds: readonly Round[], against: ReadonlyMap<number, Round>): Row {
  const of = (value: (round: Round) => number) => spread(rounds.map(value));
  const ratios = rounds.flatMap(({ round, wall }) => {
    const other = against.get(round);
    return other === undefined || other.problems.length > 0 ? [] : [wall / other.wall];
  });
  const names = Object.keys(rounds[0]!.figures ?? {});
  return {
    peer,
    wall: of(({ wall }) => wall),
    ratio: ratios.length > 0 ? spread(ratios) : undefined,
    cpu: of(({ cpu }) => cpu),
    serverCpu: of((round) => round.serverCpu),
    peakMemory: of(({ peakMemory }) => peakMemory),
    otherCores: of(({ otherCores }) => otherCores),
    commands: rounds.at(-1)!.commands,
    figures: Object.fromEntries(
      names.map((name) => [name, spread(rounds.flatMap(({ figures }) => figures?.[name] ?? []))]),
    ),
    problems: [...new Set(rounds.flatMap(({ problems }) => problems))],
    rounds,
  };
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}
