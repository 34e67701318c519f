import type { WanOptions } from "./wan.js";
import { openWan, whyNoWan } from "./wan.js";

/** What lies between server and peers. */
export interface Network {
  /** Where servers listen. */
  readonly host: string;
  /** What the peers' commands are put behind. */
  readonly within: readonly string[];
  readonly about: string;
  close(): Promise<void>;
}

const loopback: Network = {
  host: "127.0.0.1",
  within: [],
  about: "the machine's own loopback",
  close: async () => {},
};

/** Why there can't be one here; undefined where there can. */
export const whyNoNetwork = (kind: "lan" | "wan") => (kind === "wan" ? whyNoWan() : undefined);

export const openNetwork = async (kind: "lan" | "wan", options: WanOptions): Promise<Network> =>
  kind === "wan" ? openWan(options) : loopback;
