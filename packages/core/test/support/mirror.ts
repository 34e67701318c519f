import {
  ClockToken,
  codecOf,
  CompressedDestination,
  createDaybook,
  DestinationToken,
  LocalDestination,
  MemoryStore,
  ObserverToken,
  RADAR_TEMPLATE,
  StateStoreToken,
  template,
  TransportToken,
  type CrawlEvent,
  type Daybook,
  type Destination,
  type Encoding,
  type FileRecord,
  type Gap,
  type Hook,
  type Inspector,
  type LocalFs,
  type Plugin,
  InspectorToken,
  type RunOptions,
  type RunResult,
  type SourceOptions,
  type StateStore,
  type Token,
  type Transport,
  type TransportCapabilities,
} from "@daybook/core";
import { FakeClock, MemoryTransport, RemoteTree, type MemoryFaults } from "@daybook/testing";
import { createFsFromVolume, Volume } from "memfs";

export const HOUR = 3_600_000;
export const MINUTE = 60_000;

export interface MirrorOptions {
  /** Default a day after the range, so that all slots are long closed. */
  readonly now?: string;
  readonly faults?: MemoryFaults;
  readonly source?: Partial<SourceOptions>;
  readonly sources?: readonly Partial<SourceOptions>[];
  readonly inspectors?: readonly Inspector[];
  readonly destinationLayout?: string;
  readonly compress?: Encoding;
  readonly transport?: (inner: MemoryTransport) => Transport;
  readonly store?: StateStore;
  readonly shutdownTimeout?: number;
  readonly connections?: number;
  /** How exact the server's times are; default to the millisecond. */
  readonly precision?: TransportCapabilities["modifiedAt"];
  readonly hooks?: readonly Hook[];
  /** How long a sleep of so many ms takes. */
  readonly timer?: (ms: number) => number;
}

/** A source on a tree in memory, mirrored to a disk in memory on a clock that is moved by hand. */
export class Mirror {
  readonly tree = new RemoteTree();
  readonly clock: FakeClock;
  readonly store: StateStore;
  readonly volume = new Volume();
  readonly fs = createFsFromVolume(this.volume) as unknown as LocalFs;
  readonly transport: MemoryTransport;
  readonly events: CrawlEvent[] = [];
  readonly #options: MirrorOptions;
  daybook: Daybook;

  constructor(options: MirrorOptions = {}) {
    this.#options = options;
    this.clock = new FakeClock(new Date(options.now ?? "2025-01-20T00:00:00Z"), { timer: options.timer });
    this.store = options.store ?? new MemoryStore();
    this.transport = new MemoryTransport({
      tree: this.tree,
      clock: this.clock,
      faults: options.faults,
      capabilities: { parallelism: options.connections ?? 4, modifiedAt: options.precision ?? "millisecond" },
    });
    this.daybook = this.restart();
  }

  /** A new program on the same disk, ledger and server. */
  restart(
    change: {
      source?: Partial<SourceOptions>;
      /** In place of all that were given. */
      sources?: readonly SourceOptions[];
      fs?: LocalFs;
      store?: StateStore;
      compress?: Encoding | "none";
    } = {},
  ): Daybook {
    const options = this.#options;
    const home = { path: "/home", fs: change.fs ?? this.fs, layout: options.destinationLayout };
    const encoding = change.compress ?? options.compress ?? "none";
    const make = (): Destination => {
      const destination = new LocalDestination(home);
      return encoding === "none"
        ? destination
        : new CompressedDestination({ destination, codec: codecOf(encoding) });
    };
    this.daybook = createDaybook({
      plugins: [
        given(StateStoreToken, change.store ?? this.store),
        given(ClockToken, this.clock),
        given(ObserverToken, { on: (event: CrawlEvent) => void this.events.push(event) }),
        { name: "home", provides: DestinationToken, create: make },
      ],
      sources: change.sources ?? this.sourceOptions().map((one) => ({ ...one, ...change.source })),
      shutdownTimeout: options.shutdownTimeout,
      hooks: options.hooks,
    });
    return this.daybook;
  }

  /** The sources as they were given, whole. */
  sourceOptions(): SourceOptions[] {
    const options = this.#options;
    const transport = options.transport?.(this.transport) ?? this.transport;
    const source: SourceOptions = {
      name: "RMA1",
      plugins: [
        // A transport that is handed from program to program, so that faults and calls live on.
        {
          name: "given",
          provides: TransportToken,
          create: () => ({ ...bind(transport), close: async () => undefined }),
        },
        ...(options.inspectors ?? []).map((inspector) => given(InspectorToken, inspector)),
      ],
      layout: template(RADAR_TEMPLATE, { radar: "RMA1" }),
      start: "2025-01-01T00:00:00Z",
      end: "2025-01-01T03:00:00Z",
    };
    return (options.sources ?? [{}]).map((one) => ({ ...source, ...options.source, ...one }));
  }

  run(options?: RunOptions, maxTime = 30 * 24 * HOUR): Promise<RunResult> {
    return this.clock.runUntil(this.daybook.run(options), { maxTime });
  }

  /** Files below the destination by path, Daybook's own left out. */
  home(): Record<string, string> {
    const all = this.volume.toJSON("/home") as Record<string, string | null>;
    return Object.fromEntries(
      Object.entries(all)
        .filter(([path, content]) => content !== null && !path.includes("/.daybook/"))
        .map(([path, content]) => [path.slice("/home/".length), content as string]),
    );
  }

  parts(): string[] {
    const all = this.volume.toJSON("/home") as Record<string, string | null>;
    return Object.keys(all).filter((path) => path.endsWith(".part"));
  }

  /** What `home()` should be: the server's files of one radar. */
  remote(radar = "RMA1", source = radar): Record<string, string> {
    const prefix = `/L2/${radar}/`;
    return Object.fromEntries(
      this.tree
        .files()
        .filter((path) => path.startsWith(prefix))
        .map((path) => [
          `${source}/${path.slice(prefix.length)}`,
          Buffer.from(this.tree.bytes(path)!).toString(),
        ]),
    );
  }

  async gaps(): Promise<Gap[]> {
    return collect(this.daybook.gaps());
  }

  async files(): Promise<FileRecord[]> {
    return collect(this.daybook.files());
  }

  of<T extends CrawlEvent["type"]>(type: T): Extract<CrawlEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<CrawlEvent, { type: T }>[];
  }
}

const given = <T>(provides: Token<T>, value: T): Plugin<T> => ({
  name: "given",
  provides,
  create: () => value,
});

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function bind(transport: Transport): Transport {
  return {
    capabilities: transport.capabilities,
    list: (directory, options) => transport.list(directory, options),
    read: (path, options) => transport.read(path, options),
    ...(transport.stat && { stat: (path, options) => transport.stat!(path, options) }),
    close: () => transport.close(),
  };
}

const radarFiles = template(RADAR_TEMPLATE);

/** The path of a radar file as the seed names them. */
export function radarPath(time: string, field = "DBZH", radar = "RMA1"): string {
  return radarFiles.format({
    observedAt: new Date(time),
    attributes: { radar, strategy: "0315", volume: "01", field },
  });
}

/** Puts one radar file on the server, modified a minute after it was observed. */
export function put(
  mirror: Mirror,
  time: string,
  content = `data of ${time}`,
  field = "DBZH",
  radar = "RMA1",
): string {
  const path = radarPath(time, field, radar);
  mirror.tree.put(path, content, new Date(Date.parse(time) + MINUTE));
  return path;
}

/** Three hours, two scans each. */
export function threeHours(mirror: Mirror): void {
  for (const hour of ["00", "01", "02"])
    for (const minute of ["05", "35"]) put(mirror, `2025-01-01T${hour}:${minute}:10Z`);
}
