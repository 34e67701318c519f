import type { Slot } from "../layout/path-layout.js";
import { PathSet } from "../crawl/path-set.js";
import { walk, type Found, type Walked } from "../crawl/tree-walk.js";
import type { Source } from "../crawl/source.js";

/** What one look at a slot found, and the first of its files. */
export interface Look extends Walked {
  readonly found: readonly Found[];
  /** How many there are. */
  readonly count: number;
}

const MOST = 1000;
const MOST_DIRECTORIES = 50;

/** Lists a slot and all below it, and keeps what is enough to tell what it holds. Rejects only when cancelled. */
export async function lookAt(
  slot: Slot,
  { layout, transport, range, policy: { links } }: Pick<Source, "layout" | "transport" | "range" | "policy">,
  signal: AbortSignal | undefined,
): Promise<Look> {
  const found: Found[] = [];
  let count = 0;
  const take = async (some: readonly Found[]) => {
    count += some.length;
    for (const one of some.slice(0, MOST - found.length)) found.push(one);
  };
  const walked = await walk(slot, layout, transport, {
    signal,
    take,
    listed: new PathSet(),
    links,
    range,
    most: MOST_DIRECTORIES,
  });
  return { ...walked, found, count };
}
