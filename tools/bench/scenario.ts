import type { TreeShape } from "./tree.js";

export type Protocol = "ftp" | "sftp";

/**
 * fetch: nothing is there yet. poll: everything is, and nothing is new. loop: a crawl in a process that measures how
 * long its event loop is held up.
 */
export type Task = "fetch" | "poll" | "loop";

export interface Scenario {
  readonly name: string;
  /** A line for people. */
  readonly about: string;
  readonly protocol: Protocol;
  readonly task: Task;
  readonly tree: TreeShape;
  readonly network: "lan" | "wan";
  /** time, or the FTP commands in the server's log; while it is written nothing is timed. */
  readonly measure: "time" | "commands";
  /** The peer that ratios are taken against. */
  readonly reference: string;
  /** Takes long: only run by its name. */
  readonly byName?: boolean;
}
