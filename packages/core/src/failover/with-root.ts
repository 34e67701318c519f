import { DaybookError } from "../errors/daybook-error.js";
import type { Plugin } from "../di/tokens.js";
import { checkRemotePath } from "../transport/check-remote-path.js";
import type { Transport } from "../transport/transport.js";

/** The transport with every path below `root`: for a mirror that keeps the same tree somewhere else. */
export function withRoot(transport: Transport, root: string): Transport {
  if (!/^(\/[^/]+)*\/?$/.test(root) || /\/\.\.?(\/|$)/.test(root))
    throw new DaybookError("config", `root "${root}" must be an absolute path, such as /pub/mirror`);
  const above = root.replace(/\/$/, "");
  if (above === "") return transport;
  const below = (path: string) => (path === "/" ? above : `${above}${path}`);
  return {
    capabilities: transport.capabilities,
    list: async (directory, options) => {
      checkRemotePath(directory, "list");
      return transport.list(below(directory), options);
    },
    ...(transport.stat && {
      stat: async (path, options) => {
        checkRemotePath(path, "stat");
        return transport.stat!(below(path), options);
      },
    }),
    read: async (path, options) => {
      checkRemotePath(path, "read");
      return transport.read(below(path), options);
    },
    close: () => transport.close(),
  };
}

/** A transport's plugin with `withRoot` around what it makes. */
export function rooted(root: string, plugin: Plugin<Transport>): Plugin<Transport> {
  return {
    ...plugin,
    ...(plugin.key !== undefined && { key: `${plugin.key} below ${root}` }),
    create: (deps) => withRoot(plugin.create(deps), root),
  };
}
