import { DaybookError } from "@daybook/core";
import type { Delivery, Destination, Incoming } from "@daybook/core";

/** A destination that breaks the contract in one way: what it does differently from the one it wraps. */
type Break = (destination: Destination) => Partial<Destination>;

export function brokenDestination(how: Break): (inner: Destination) => Destination {
  return (inner) => {
    const own: Destination = {
      place: inner.place,
      open: () => inner.open(),
      locate: (delivery) => inner.locate(delivery),
      origin: (location, source, root) => inner.origin(location, source, root),
      begin: (delivery) => inner.begin(delivery),
      stat: (location) => inner.stat(location),
      read: (location, encoding) => inner.read(location, encoding),
      encodingOf: (location) => inner.encodingOf(location),
      sync: (location) => inner.sync(location),
      trust: () => inner.trust(),
      remove: (location) => inner.remove(location),
      discard: (locations, options) => inner.discard(locations, options),
      list: () => inner.list(),
      close: () => inner.close(),
    };
    // A getter, since what is suspect is known only once it was opened.
    Object.defineProperty(own, "suspectSince", { get: () => inner.suspectSince, configurable: true });
    return Object.defineProperties(own, Object.getOwnPropertyDescriptors(how(inner)));
  };
}

/** Every file on its way in, done differently. */
const incoming =
  (how: (inner: Incoming, delivery: Delivery, destination: Destination) => Partial<Incoming>): Break =>
  (destination) => ({
    begin: async (delivery) => {
      const inner = await destination.begin(delivery);
      const own: Incoming = {
        location: inner.location,
        get kept() {
          return inner.kept;
        },
        readKept: () => inner.readKept(),
        restart: () => inner.restart(),
        write: (chunk) => inner.write(chunk),
        commit: (options) => inner.commit(options),
        abort: (options) => inner.abort(options),
      };
      const different = how(inner, delivery, destination);
      return Object.defineProperties(own, Object.getOwnPropertyDescriptors(different));
    },
  });

const beginning =
  (change: (delivery: Delivery) => Delivery): Break =>
  (destination) => ({
    begin: (delivery) => destination.begin(change(delivery)),
  });

async function* withMore(items: AsyncIterable<string>, more: string) {
  yield* items;
  yield more;
}

/** By what each does wrong. Every one has to fail a case of the kit, and every case has to fail for one of them. */
export const brokenDestinations: Readonly<Record<string, Break>> = {
  "puts files elsewhere than it says": (d) => ({
    locate: (delivery) => `elsewhere/${d.locate(delivery)}`,
  }),
  "forgets the remote mtime": beginning((delivery) => ({ ...delivery, modifiedAt: undefined })),
  "tells a wrong size": incoming((inner) => ({
    commit: async (options) => ({ ...(await inner.commit(options)), size: 4 }),
  })),
  "keeps files in another way than it says": () => ({ encodingOf: () => "gzip" }),
  "lists what isn't there": (d) => ({ list: () => withMore(d.list(), "made up") }),
  "lists nothing": () => ({
    list: async function* () {},
  }),
  "puts all sources in one folder": (d) => ({
    locate: (delivery) => d.locate({ ...delivery, source: "all" }),
  }),
  "keeps no versions apart": (d) => ({
    locate: (delivery) => d.locate({ ...delivery, keepAs: undefined }),
  }),
  "names places from the root of the disk": (d) => ({ locate: (delivery) => `/${d.locate(delivery)}` }),
  "cleans hostile names instead of refusing them": (d) => ({
    locate: (delivery) => d.locate({ ...delivery, path: delivery.path.replace(/[^\w/]|\/\//g, "_") }),
  }),
  "climbs where the remote path climbs": (d) => ({
    locate: (delivery) => (delivery.path.includes("..") ? delivery.path.slice(1) : d.locate(delivery)),
  }),
  "begins files of hostile names": (d) => ({
    begin: (delivery) =>
      d.begin({ ...delivery, location: "evil", path: delivery.path.replace(/[^\w/]|\/\//g, "_") }),
  }),
  "reads back another path": (d) => ({
    origin: (location, source, root) => d.origin(location, source, root) && `${root}/${location}`,
  }),
  "takes every place for every source's": (d) => ({
    origin: (location, _source, root) => d.origin(location, location.split("/")[0]!, root),
  }),
  "finds something where nothing is": (d) => ({
    stat: async (location) => (await d.stat(location)) ?? { size: 0, modifiedAt: new Date(0) },
  }),
  "fails to remove what isn't there": (d) => ({
    remove: async (location) => {
      if (!(await d.stat(location))) throw new DaybookError("store", "nothing there");
      await d.remove(location);
    },
  }),
  "removes nothing": () => ({ remove: async () => undefined }),
  "discards nothing": () => ({ discard: async () => new Map() }),
  "discards what it is only to look at": (d) => ({ discard: (locations) => d.discard(locations) }),
  "keeps to itself what it didn't discard": (d) => ({
    discard: async (locations, options) => {
      await d.discard(locations, options);
      return new Map();
    },
  }),
  "replaces what is there, unasked": incoming((inner) => ({
    commit: () => inner.commit({ replace: true }),
  })),
  "replaces nothing": incoming((inner) => ({ commit: () => inner.commit({ replace: false }) })),
  "waits for a first byte": incoming((inner) => {
    let wrote = false;
    return {
      write: (chunk) => ((wrote = true), inner.write(chunk)),
      commit: async (options) => {
        if (!wrote) throw new DaybookError("store", "there are no bytes");
        return inner.commit(options);
      },
    };
  }),
  "mixes up files that are written at once": (() => {
    let last: Incoming | undefined;
    return incoming((inner) => {
      const target = (last = inner);
      return { write: (chunk) => (last ?? target).write(chunk) };
    });
  })(),
  "keeps only a reference to a chunk": incoming((inner) => {
    const chunks: Uint8Array[] = [];
    return {
      write: (chunk) => void chunks.push(chunk),
      commit: async (options) => {
        for (const chunk of chunks) await inner.write(chunk);
        return inner.commit(options);
      },
    };
  }),
  "drops large chunks": incoming((inner) => ({
    write: (chunk) => (chunk.length > 500_000 ? undefined : inner.write(chunk)),
  })),
  "keeps nothing for the next attempt": incoming((inner) => ({
    abort: () => inner.abort({ keep: false }),
  })),
  "reads back nothing of what it kept": incoming(() => ({
    readKept: async function* () {},
  })),
  "keeps parts for the life of the program only": (() => {
    const known = new WeakSet<Destination>();
    return (d: Destination) => ({
      begin: async (delivery: Delivery) => {
        const first = !known.has(d);
        known.add(d);
        const inner = await d.begin(delivery);
        if (!first || inner.kept === 0) return inner;
        await inner.abort({ keep: false });
        return d.begin(delivery);
      },
    });
  })(),
  "takes a part for any mtime": (d) => ({
    begin: (delivery) => d.begin({ ...delivery, modifiedAt: delivery.modifiedAt && new Date(0) }),
  }),
  "takes a part for any size": (d) => ({
    begin: (delivery) => d.begin({ ...delivery, size: delivery.size === undefined ? undefined : 1000 }),
  }),
  "takes a part for any source": (d) => ({
    begin: (delivery) => d.begin({ ...delivery, source: "all", location: d.locate(delivery) }),
  }),
  "keeps the part of a committed file": incoming((inner, delivery, d) => ({
    commit: async (options) => {
      const done = await inner.commit(options);
      const part = await d.begin(delivery);
      await part.write(new Uint8Array(3));
      await part.abort({ keep: true });
      return done;
    },
  })),
  "names a file before it is whole": incoming((inner, delivery, d) => ({
    write: async (chunk) => {
      await inner.write(chunk);
      const copy = await d.begin({ ...delivery, location: `${inner.location}.new`, source: "copy" });
      await copy.commit({ replace: true });
    },
  })),
  "leaves something of an attempt given up": incoming((inner) => ({
    abort: () => inner.abort({ keep: true }),
  })),
  "goes on where it was told to start over": incoming(() => ({ restart: async () => undefined })),
  "still counts what was kept after starting over": incoming((inner) => {
    const { kept } = inner;
    return {
      get kept() {
        return kept;
      },
    };
  }),
  "can't be given up twice": incoming((inner) => {
    let over = false;
    return {
      abort: async (options) => {
        if (over) throw new DaybookError("store", "it is over");
        over = true;
        await inner.abort(options);
      },
    };
  }),
  "removes a committed file when it is given up afterwards": incoming((inner, _delivery, d) => ({
    abort: async (options) => {
      await inner.abort(options);
      await d.remove(inner.location);
    },
  })),
  "lets two write one place": (() => {
    let number = 0;
    return (d: Destination) => ({
      begin: (delivery: Delivery) =>
        d
          .begin(delivery)
          .catch(() =>
            d.begin({ ...delivery, location: `copy ${++number}`, path: `${delivery.path} ${number}` }),
          ),
    });
  })(),
  "holds a place for ever": (() => {
    const taken = new Set<string>();
    return (d: Destination) => ({
      begin: async (delivery: Delivery) => {
        const key = delivery.path;
        if (taken.has(key)) throw new DaybookError("config", "taken");
        taken.add(key);
        return d.begin(delivery);
      },
    });
  })(),
  "starts with an empty place": (d) => ({
    open: async () => {
      await d.open();
      for await (const location of d.list()) await d.remove(location);
    },
  }),
  "can't be closed twice": (() => {
    const closed = new WeakSet<Destination>();
    return (d: Destination) => ({
      close: async () => {
        if (closed.has(d)) throw new DaybookError("store", "closed already");
        closed.add(d);
        await d.close();
      },
    });
  })(),
  "suspects what ended as it should": () => ({ suspectSince: new Date(0) }),
};
