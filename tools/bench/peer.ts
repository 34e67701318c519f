import type { Protocol, Task } from "./scenario.js";
import type { Tree } from "./tree.js";

/** Where the tree is to be had. */
export interface Server {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** FTP only. */
  readonly password: string;
  /** SFTP only: files. */
  readonly key: string;
  readonly knownHosts: string;
  /** What the tree's folder is called at the server: "" where it is "/". */
  readonly path: string;
}

/** What a peer is asked to do: every file of the tree is to lie below `dest`, without the "/L2" before it. */
export interface Job {
  readonly task: Task;
  readonly server: Server;
  readonly tree: Tree;
  readonly dest: string;
  /** A folder for whatever the peer keeps; in a poll it lasts from the first run to the last. */
  readonly work: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One way to do it: a program with its options. */
export interface Peer {
  readonly name: string;
  readonly protocols: readonly Protocol[];
  readonly tasks: readonly Task[];
  /** Polls need what its own first run leaves behind; others are given a copy of the tree. */
  readonly remembers?: boolean;
  /** Exit codes of a run that went well. Default 0. */
  readonly codes?: Partial<Record<Task, readonly number[]>>;
  /** The program's version; undefined where there is none. */
  version(): string | undefined;
  /** Writes what the command needs; not timed. */
  prepare?(job: Job): Promise<void>;
  command(job: Job): Command;
  /** Figures of the peer's own, by name, after it ended. */
  figures?(job: Job): Promise<Readonly<Record<string, number>>>;
}
