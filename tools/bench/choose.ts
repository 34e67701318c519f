import { whyNoNetwork } from "./network.js";
import type { Peer } from "./peer.js";
import type { Scenario } from "./scenario.js";
import { whyNoServer } from "./servers.js";

/** Those of the list that were asked for; a name that isn't in it is refused. */
export function named<T extends { readonly name: string }>(
  what: string,
  list: readonly T[],
  names: readonly string[] | undefined,
): T[] {
  if (names === undefined) return [...list];
  return names.map((name) => {
    const found = list.find((one) => one.name === name);
    if (found) return found;
    throw new Error(`there is no ${what} "${name}"; there are ${list.map((one) => one.name).join(", ")}`);
  });
}

/** Why a scenario can't be run here; undefined where it can. */
export const whyNot = ({ protocol, network }: Scenario): string | undefined =>
  process.platform === "linux" ? (whyNoServer(protocol) ?? whyNoNetwork(network)) : "takes Linux";

/** Those of the peers that take part in a scenario, and the names of those that would if they were installed. */
export function peersFor(
  { protocol, task }: Scenario,
  from: readonly Peer[],
): { readonly peers: Peer[]; readonly missing: string[] } {
  const all = from.filter((peer) => peer.protocols.includes(protocol) && peer.tasks.includes(task));
  return {
    peers: all.filter((peer) => peer.version() !== undefined),
    missing: all.filter((peer) => peer.version() === undefined).map(({ name }) => name),
  };
}
