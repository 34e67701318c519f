import { DaybookError, isDaybookError } from "@daybook/core";
import type { Listing } from "@daybook/core";
import { but, relisting, renaming } from "./broken.js";
import type { BrokenTransports } from "./broken.js";

const nothing: Listing = { entries: [], complete: true };

export const brokenLists: BrokenTransports = {
  "takes directories for files": {
    around: renaming((entry) => ({ ...entry, type: "file" })),
    caughtBy: ["lists files and directories, each as what it is"],
  },
  "is a byte off in sizes": {
    around: renaming((entry) => ({ ...entry, size: entry.size && entry.size + 1 })),
    caughtBy: ["lists the size of a file, which is as many bytes as are read"],
  },
  "takes local time for UTC": {
    around: renaming((entry) => ({
      ...entry,
      modifiedAt: entry.modifiedAt && new Date(entry.modifiedAt.getTime() - 3 * 3_600_000),
    })),
    caughtBy: ["tells when a file was modified, in UTC, to the millisecond"],
  },
  "makes times up": {
    around: renaming((entry) => ({ ...entry, modifiedAt: new Date() })),
    caughtBy: ["leaves out the time of modification, as it declares"],
  },
  "takes an empty directory for a missing one": {
    around: relisting((listing, path) => {
      if (listing.entries.length > 0) return listing;
      throw new DaybookError("not-found", "nothing there", { path });
    }),
    caughtBy: ["lists an empty directory as empty and complete"],
  },
  "never knows whether a listing is complete": {
    around: relisting((listing) => ({ ...listing, complete: false })),
    caughtBy: [
      "lists an empty directory as empty and complete",
      "lists files and directories, each as what it is",
    ],
  },
  "leaves lines unread": {
    around: relisting((listing) => ({ ...listing, unreadable: ["?"] })),
    caughtBy: ["lists files and directories, each as what it is"],
  },
  "takes a missing directory for an empty one": {
    around: (transport) =>
      but(transport, {
        list: (path, options) =>
          transport.list(path, options).catch((error) => {
            if (isDaybookError(error, "not-found")) return nothing;
            throw error;
          }),
      }),
    caughtBy: [
      "says not-found of a missing directory, never an empty listing",
      "says not-found of several missing directories asked for at once, before all else",
      "says not-found when a file is to be listed",
    ],
  },
  "throws errors of its own": {
    around: (transport) =>
      but(transport, {
        list: (path, options) =>
          transport.list(path, options).catch((error) => Promise.reject(new Error(error.message))),
      }),
    caughtBy: ["says not-found of a missing directory, never an empty listing"],
  },
  "lists a file as an entry of itself": {
    around: (transport, tree) =>
      but(transport, {
        list: async (path, options) => {
          const entry = tree.stat(path);
          if (entry?.type === "file") return { entries: [entry], complete: true };
          return transport.list(path, options);
        },
      }),
    caughtBy: ["says not-found when a file is to be listed"],
  },
  "goes eight directories down, not further": {
    around: relisting((listing, path) => (path.split("/").length > 8 ? nothing : listing)),
    caughtBy: ["lists and reads far down in the tree"],
  },
  "lists 998 entries and no more": {
    around: relisting(({ entries }) => ({ entries: entries.slice(0, 998), complete: true })),
    caughtBy: ["lists a thousand entries"],
  },
  "lists entries twice": {
    around: relisting(({ entries }) => ({ entries: [...entries, ...entries], complete: true })),
    caughtBy: ["lists a thousand entries"],
  },
  "lists itself": {
    around: relisting(({ entries }) => ({
      entries: [{ name: ".", type: "directory" }, { name: "..", type: "directory" }, ...entries],
      complete: true,
    })),
    caughtBy: ["lists hidden files, and neither '.' nor '..'"],
  },
  "leaves out hidden files": {
    around: renaming((entry) => (entry.name.startsWith(".") ? undefined : entry)),
    caughtBy: ["lists hidden files, and neither '.' nor '..'"],
  },
  "trims names": {
    around: renaming((entry) => ({ ...entry, name: entry.name.trim() })),
    caughtBy: ["lists and reads names with spaces and signs as they are"],
  },
  "decodes percent signs in what it is asked for": {
    around: (transport) =>
      but(transport, { read: (path, options) => transport.read(decodeURIComponent(path), options) }),
    caughtBy: ["lists and reads names with spaces and signs as they are"],
  },
  "reads names as Latin-1": {
    around: renaming((entry) => ({ ...entry, name: Buffer.from(entry.name).toString("latin1") })),
    caughtBy: ["lists and reads names with letters of all scripts as they are"],
  },
  "remembers listings for ever": {
    around: (transport) => {
      const known = new Map<string, Listing>();
      return but(transport, {
        list: async (path, options) => {
          const listing = known.get(path) ?? (await transport.list(path, options));
          known.set(path, listing);
          return listing;
        },
      });
    },
    caughtBy: ["lists what was added since the last time"],
  },
  "doesn't wait for who takes its entries": {
    around: (transport) =>
      but(transport, {
        list: (path, { take, ...options } = {}) =>
          transport.list(path, { ...options, ...(take && { take: (some) => void take(some) }) }),
      }),
    caughtBy: [
      "hands a long listing over in batches of a thousand at most, one at a time, or returns all of it",
    ],
  },
  "hands all over in one batch": {
    around: (transport) =>
      but(transport, {
        list: async (path, { take, ...options } = {}) => {
          const { entries, ...rest } = await transport.list(path, options);
          if (!take || entries.length < 2000) return { entries, ...rest };
          await take(entries);
          return { entries: [], ...rest };
        },
      }),
    caughtBy: [
      "hands a long listing over in batches of a thousand at most, one at a time, or returns all of it",
    ],
  },
  "loses what it handed over to itself": {
    around: (transport) =>
      but(transport, {
        list: (path, { take, ...options } = {}) =>
          transport.list(path, { ...options, ...(take && { take: () => undefined }) }),
      }),
    caughtBy: [
      "hands a long listing over in batches of a thousand at most, one at a time, or returns all of it",
    ],
  },
  "goes on where its entries could not be taken": {
    around: (transport) =>
      but(transport, {
        list: (path, { take, ...options } = {}) =>
          transport.list(path, {
            ...options,
            ...(take && { take: async (some) => take(some)?.catch(() => undefined) }),
          }),
      }),
    caughtBy: ["fails as who takes its entries does, and goes on working"],
  },
  "takes links for files": {
    around: renaming((entry) => (entry.type === "link" ? { ...entry, type: "file" } : entry)),
    caughtBy: ["lists a link as a link, wherever it leads"],
  },
  "tells of a link, not of what it leads to": {
    around: (transport) =>
      but(transport, {
        stat: async (path) => ({ name: path.slice(path.lastIndexOf("/") + 1), type: "link", size: 11 }),
      }),
    caughtBy: ["tells what a path leads to, links followed"],
  },
  "finds something behind every link": {
    around: (transport) =>
      but(transport, {
        stat: (path, options) =>
          transport.stat!(path, options).catch(() => ({ name: path, type: "other" as const })),
      }),
    caughtBy: ["says not-found of a link that leads nowhere, and goes on working"],
  },
};
