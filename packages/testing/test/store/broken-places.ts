import type { Break } from "./broken-store.js";

/** What goes wrong with the question of whom a place belongs to. */
export const brokenPlaces: Record<string, Break> = {
  "knows no places": () => ({ filesAt: async () => [] }),
  "tells a place's first file only": (s) => ({
    filesAt: async (locations) => (await s.filesAt(locations)).slice(0, 1),
  }),
  "tells places of stored files only": (s) => ({
    filesAt: async (locations) => (await s.filesAt(locations)).filter(({ status }) => status === "stored"),
  }),
  "takes a name for a place": (s) => ({
    filesAt: async (locations) => {
      const all = [];
      for await (const file of s.find({}))
        if (locations.some((at) => at !== "" && file.location?.endsWith(at))) all.push(file);
      return all;
    },
  }),
  "remembers places that were left": (s) => {
    const left = new Map<string, string>();
    return {
      record: async (changes) => {
        await s.record(changes);
        for (const c of changes)
          if (c.kind === "file" && c.file.location) left.set(c.file.location, c.file.path);
      },
      filesAt: async (locations) => {
        const found = await s.filesAt(locations);
        for await (const file of s.find({}))
          if (
            !found.some(({ path }) => path === file.path) &&
            locations.some((at) => left.get(at) === file.path)
          )
            found.push(file);
        return found;
      },
    };
  },
};
