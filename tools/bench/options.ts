import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Undefined: all but those that take long. */
  readonly scenarios?: readonly string[];
  readonly peers?: readonly string[];
  readonly rounds: number;
  readonly dest: string;
  /** Undefined: a folder that is gone at the end. */
  readonly work?: string;
  readonly json?: string;
  /** Another checkout, built. */
  readonly against?: string;
  readonly reference?: string;
  readonly seed: number;
  readonly roundTrip: number;
  readonly megabitsPerSecond: number;
  /** ms */
  readonly timeout: number;
  readonly smoke: boolean;
  readonly list: boolean;
}

export const USAGE = `npm run bench -- [OPTIONS]

Times Daybook and its peers side by side on real servers of this machine. See docs/performance.md.

  --list             say which scenarios and peers there are, and what is missing
  --scenario A,B     these only (default: all but those that take long)
  --peers A,B        these only (default: all that are installed)
  --reps N           rounds; each runs every peer once, in another order (default 3)
  --dest DIR         where the peers write (default: the system's temporary folder)
  --work DIR         where the trees are made, and kept for the next time (default: made anew)
  --json FILE        every round, as JSON
  --against DIR      another checkout, built: takes part as daybook-other, to see what a change has brought
  --reference NAME   the peer that ratios are taken against
  --rtt MS           round trip of the far link (default 40)
  --mbit N           its bandwidth, 0 for no cap (default 100)
  --timeout S        for one run (default 300)
  --seed N           of the order (default 1)
  --smoke            tiny trees and one round, to see that everything works`;

/** Undefined: help was asked for. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ scenario: text, peers: text, dest: text, work: text, json: text, reference: text, against: text },
      ...{ reps: text, rtt: text, mbit: text, timeout: text, seed: text },
      ...{ smoke: flag, list: flag, help: { ...flag, short: "h" } },
    },
  });
  if (values.help) return undefined;
  const path = (value: string | undefined) =>
    // npm runs scripts in the repository and tells where it was called.
    value === undefined ? undefined : resolve(process.env.INIT_CWD ?? ".", value);
  return {
    scenarios: list(values.scenario),
    peers: list(values.peers),
    rounds: number("--reps", values.reps, values.smoke ? 1 : 3, 1),
    dest: path(values.dest) ?? tmpdir(),
    work: path(values.work),
    json: path(values.json),
    against: path(values.against),
    reference: values.reference,
    seed: number("--seed", values.seed, 1, 0),
    roundTrip: number("--rtt", values.rtt, 40, 0),
    megabitsPerSecond: number("--mbit", values.mbit, 100, 0),
    timeout: number("--timeout", values.timeout, 300, 1) * 1000,
    ...{ smoke: values.smoke, list: values.list },
  };
}

const list = (value: string | undefined) => value?.split(",").filter(Boolean);

function number(name: string, value: string | undefined, otherwise: number, least: number): number {
  if (value === undefined) return otherwise;
  if (!/^\d+$/.test(value) || Number(value) < least)
    throw new Error(`${name} takes a whole number from ${least} on, not "${value}"`);
  return Number(value);
}

/** Where trees are kept that nobody asked to keep. */
export const TEMPORARY = join(tmpdir(), "daybook-bench-trees-");
