import type { Transport } from "../transport/transport.js";
import { DaybookError } from "../errors/daybook-error.js";

export interface FailoverOptions {
  /**
   * "priority" (default): the first host that is well, and back to it once it is well again. "round-robin": each
   * directory from the next host in turn, with its files.
   */
  readonly order?: "priority" | "round-robin";
  /**
   * Whose word settles a slot. "first" (default for "priority"): the others are mirrors that may lag behind; what they
   * list is fetched, but as long as the first can't be asked nothing counts as whole or missing. "any" (default for
   * "round-robin", which knows nothing else): all hosts show the same tree at all times.
   */
  readonly trust?: "first" | "any";
  /**
   * "compare" (default): a file is continued or fetched at another host only if that shows the same size and time.
   * "ignore" is for hosts that have times of their own: only sizes tell versions apart, and listings have no times.
   */
  readonly times?: "compare" | "ignore";
}

/** All options with their defaults. Throws kind "config" for those that can't be meant. */
export function resolveFailover(options: FailoverOptions, hosts: number): Required<FailoverOptions> {
  const { order = "priority", times = "compare" } = options;
  const { trust = order === "priority" ? "first" : "any" } = options;
  if (hosts === 0) throw new DaybookError("config", "failover needs a host");
  if (order === "round-robin" && trust === "first")
    throw new DaybookError(
      "config",
      "hosts that are asked in turn must all be trusted: leave out `trust: first`",
    );
  return { order, trust, times };
}

/** One of several hosts, as it stands. */
export interface HostState {
  /** Without secrets: "ftp://ftp.example.com:21". */
  readonly endpoint: string;
  /** Whether it is asked first: the first that is well, or, where they are asked in turn, each that is. */
  readonly used: boolean;
  /** Why it isn't asked, where it isn't, since when, and when it is tried again. */
  readonly down?: { readonly error: DaybookError; readonly since: Date; readonly nextTryAt: Date };
}

/** One of several hosts isn't asked any more, or a try of it failed again; or it is back. */
export type HostChange =
  | { readonly host: string; readonly up: false; readonly error: DaybookError; readonly nextTryAt: Date }
  | { readonly host: string; readonly up: true };

/** What a transport that has several hosts tells of them. */
export interface ManyHosts {
  readonly hosts: readonly HostState[];
  /** To each of them alone, the preferred one first; closed with the whole. */
  readonly transports: readonly Transport[];
  /** Told of every change from now on, until the returned function is called; where several listen, one of them is. */
  watch(listener: (change: HostChange) => void): () => void;
}

export function hasManyHosts(transport: object): transport is ManyHosts {
  return "hosts" in transport && "transports" in transport && "watch" in transport;
}
