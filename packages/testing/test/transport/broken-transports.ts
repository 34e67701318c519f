import { brokenLists } from "./broken-lists.js";
import { brokenLives } from "./broken-lives.js";
import { brokenReads } from "./broken-reads.js";
import type { BrokenTransports } from "./broken.js";

/** Transports that break the contract, each in one way. */
export const brokenTransports: BrokenTransports = { ...brokenLists, ...brokenReads, ...brokenLives };
