import { resolve } from "node:path";
import { DestinationToken, type Plugin } from "../di/tokens.js";
import { codecOf, type Encoding } from "./codec.js";
import { CompressedDestination } from "./compressed-destination.js";
import type { Destination } from "./destination.js";
import { LocalDestination, type LocalDestinationOptions } from "./local-destination.js";

export interface LocalDestinationPluginOptions extends LocalDestinationOptions {
  /** How new files are kept. Default as they were sent. */
  readonly compress?: Encoding;
}

/** Files land in a directory of this machine. Throws kind "unsupported" for an encoding that this Node can't do. */
export function localDestination(options: LocalDestinationPluginOptions): Plugin<Destination> {
  const { path, sync = true, layout = "", compress, followLinks = false, minFree = "" } = options;
  const codec = compress && codecOf(compress);
  return {
    name: "local",
    provides: DestinationToken,
    key: `local:${resolve(path)}:${sync}:${layout}:${compress ?? ""}:${followLinks}:${minFree}`,
    create: () => {
      const destination = new LocalDestination(options);
      return codec ? new CompressedDestination({ destination, codec }) : destination;
    },
  };
}
