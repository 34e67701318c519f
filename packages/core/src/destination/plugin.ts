import { resolve } from "node:path";
import { DestinationToken, type Plugin } from "../di/tokens.js";
import type { Destination } from "./destination.js";
import { LocalDestination, type LocalDestinationOptions } from "./local-destination.js";

/** Files land in a directory of this machine. */
export function localDestination(options: LocalDestinationOptions): Plugin<Destination> {
  return {
    name: "local",
    provides: DestinationToken,
    key: `local:${resolve(options.path)}:${options.sync ?? true}:${options.layout ?? ""}`,
    create: () => new LocalDestination(options),
  };
}
