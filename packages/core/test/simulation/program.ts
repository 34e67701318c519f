import {
  ClockToken,
  createDaybook,
  DaybookError,
  DestinationToken,
  failoverTransport,
  InspectorToken,
  LocalDestination,
  ObserverToken,
  StateStoreToken,
  TransportToken,
  type CrawlEvent,
  type Daybook,
  type LedgerChange,
  type Plugin,
  type RunOptions,
  type RunResult,
  type StateStore,
  type Token,
  type Transport,
} from "@daybook/core";
import { sealInspector } from "./content.js";
import { Life } from "./life.js";
import type { Rng } from "./rng.js";
import { ServerTransport } from "./server-transport.js";
import type { ReadLog } from "./server-stream.js";
import type { SourcePlan } from "./source-plan.js";
import { Watchdog } from "./watchdog.js";
import type { World } from "./world.js";

export interface ProgramOptions {
  readonly world: World;
  readonly rng: Rng;
  readonly killAt?: number;
  /** The how-manieth call of the ledger fails. */
  readonly ledgerFailsAt?: number;
  readonly onRecord: (changes: readonly LedgerChange[]) => void;
  /** Told of what it does, or passes over, and mustn't. */
  readonly onWrong: (what: string) => void;
  readonly plant?: Plant;
}

/** What changes a program's surroundings, to see that what this breaks is found. */
export interface Plant {
  readonly store?: (store: StateStore) => StateStore;
  readonly transport?: (transport: Transport) => Transport;
}

export const HOME = "/home";

/** One start of Daybook in a world that was there before it, and will be after. */
export class Program {
  readonly life: Life;
  readonly daybook: Daybook;
  readonly reads: ReadLog[] = [];
  /** Final names that it gave, and the remote paths of what has them now. */
  readonly named: { readonly location: string; readonly path: string }[] = [];
  result: RunResult | undefined;
  readonly #watchdog: Watchdog;
  /** How long it takes the ledger to begin an answer, in ms. */
  #ledgerPause: number;
  /** By name, with their holder. */
  readonly leases = new Map<string, string>();
  readonly #transports: ServerTransport[] = [];
  readonly #refusals: () => number;
  #ledgerCalls = 0;
  #ledgerFailsAt: number;

  constructor(options: ProgramOptions) {
    const { world, rng, killAt } = options;
    const began = world.clock.monotonic();
    this.life = new Life({
      killAt,
      after: rng.chance(0.5),
      onDeath: (step) => world.trace(`KILLED at ${step}`),
    });
    this.#ledgerFailsAt = options.ledgerFailsAt ?? Infinity;
    const { life } = this;
    this.#ledgerPause = rng.fork("ledger").pick([0, 0, 2]);
    const { plant = {}, onWrong: found } = options;
    this.#watchdog = new Watchdog({
      ...world,
      steps: () => life.steps,
      // What is due by a clock that was set meanwhile, nobody can say.
      found: (what) => life.alive && world.leaps.last < began && found(what),
    });
    const before = world.disk.refusals;
    this.#refusals = () => world.disk.refusals - before;
    const given = <T>(provides: Token<T>, create: Plugin<T>["create"]): Plugin<T> => ({
      name: "simulated",
      provides,
      create,
    });
    const fs = world.disk.fs(life);
    const mortal = this.#mortal(world, options.onRecord);
    const store = plant.store?.(mortal) ?? mortal;
    const transports = rng.fork("transport");
    // Sources of different trees may share their connections.
    const shared =
      world.sources.length > 1 && world.sources[0]!.radar !== world.sources[1]!.radar && rng.chance(0.5);
    const hostFor = (clients: readonly string[], place: Pick<World, "server" | "weather">, name: string) =>
      given(TransportToken, ({ budget }) => {
        const capabilities = { ...world.capabilities, endpoint: `memory://${name}` };
        const made = new ServerTransport({
          ...world,
          ...place,
          capabilities,
          clients,
          life,
          rng: transports,
          budget: budget(capabilities.endpoint, capabilities.parallelism),
          trace: (what) => world.trace(name === "server" ? what : `${name}: ${what}`),
          wrong: (what) => life.alive && found(what),
          onRead: (log) => {
            this.reads.push(log);
            world.reads.push(log);
          },
        });
        this.#transports.push(made);
        return plant.transport?.(made) ?? made;
      });
    const transportFor = (clients: readonly string[]) => {
      const first = hostFor(clients, world, "server");
      const { mirror } = world;
      return mirror ? failoverTransport({ hosts: [first, hostFor(clients, mirror, "mirror")] }) : first;
    };
    const one = shared ? transportFor(world.sources.map(({ name }) => name)) : undefined;
    const { sync } = world;
    this.daybook = createDaybook({
      random: rng.fork("engine").next,
      plugins: [
        given(StateStoreToken, () => store),
        given(ClockToken, () => life.clock(world.clock)),
        given(ObserverToken, () => ({
          on: (event) => {
            if (!life.alive) return;
            world.trace(describe(event));
            this.#watchdog.on(event);
          },
        })),
        given(DestinationToken, () => new LocalDestination({ path: HOME, fs, sync, clock: world.clock })),
      ],
      sources: world.sources.map((plan: SourcePlan) => ({
        ...plan.policy,
        name: plan.name,
        layout: plan.layout,
        start: plan.start,
        end: plan.end,
        plugins: [
          one ?? transportFor([plan.name]),
          ...(plan.inspected ? [given(InspectorToken, () => sealInspector)] : []),
        ],
      })),
    });
  }

  /** How often the disk had no room for it. */
  get refusals(): number {
    return this.#refusals();
  }

  /** Resolves with its outcome, or with undefined if it was killed. */
  async run(options: RunOptions = {}): Promise<RunResult | undefined> {
    const running = this.daybook.run(options);
    const asleep = () => this.#watchdog.end();
    if (options.once) asleep();
    options.signal?.addEventListener("abort", asleep, { once: true });
    const result = await Promise.race([running, this.life.end.then(() => undefined)]);
    this.#watchdog.end();
    this.result = this.life.alive ? result : undefined;
    // What is asked of it from here on is for the checks.
    this.life.spare();
    this.#ledgerFailsAt = Infinity;
    this.#ledgerPause = 0;
    // What a dead program's promises come to concerns nobody.
    running.catch(() => undefined);
    return this.result;
  }

  /** Its connections end with it. */
  async end(): Promise<void> {
    if (this.life.alive) await this.daybook.close();
    for (const transport of this.#transports) await transport.close();
    this.life.die("its end");
  }

  #mortal({ store, trace, clock }: World, onRecord: ProgramOptions["onRecord"]): StateStore {
    const { life } = this;
    const fail = (operation: string) => {
      if (++this.#ledgerCalls !== this.#ledgerFailsAt) return;
      trace(`the ledger fails: ${operation}`);
      throw new DaybookError("store", "made up: the ledger fails", { operation });
    };
    const once = <T>(operation: string, action: () => Promise<T>): Promise<T> =>
      life.asyncStep(operation, async () => (fail(operation), action()));
    const pause = async () => {
      // While one lane asks, the other may wake.
      if (this.#ledgerPause > 0) await life.wait(() => clock.sleep(this.#ledgerPause));
    };
    const each = async function* <T>(operation: string, items: () => AsyncIterable<T>): AsyncIterable<T> {
      await life.wait(async () => fail(operation));
      await pause();
      for await (const item of items()) yield await life.wait(async () => item);
    };
    return {
      open: () => life.wait(() => store.open()),
      slots: (...query) => each("slots", () => store.slots(...query)),
      glimpses: (...query) => each("glimpses", () => store.glimpses(...query)),
      files: (...query) => once("files", () => store.files(...query)),
      record: (...call) => once("record", () => (onRecord(call[0]), store.record(...call))),
      find: (query) => each("find", () => store.find(query)),
      summarize: (query) => once("summarize", () => store.summarize(query)),
      events: (...query) => each("events", () => store.events(...query)),
      messages: (...query) => once("messages", () => store.messages(...query)),
      backlog: () => once("backlog", () => store.backlog()),
      planned: (source) => once("planned", () => store.planned(source)),
      filesAt: (locations) => once("files", () => store.filesAt(locations)),
      notes: (prefix) => once("notes", () => store.notes(prefix)),
      lease: (...request) =>
        once("lease", () => (this.leases.set(request[0], request[1]), store.lease(...request))),
      leaseHolder: (...query) => life.wait(() => store.leaseHolder(...query)),
      close: async () => undefined,
    };
  }
}

function describe(event: CrawlEvent): string {
  const { type, source } = event;
  const facts = Object.entries(event)
    .filter(([key]) => !["type", "source", "at", "file"].includes(key))
    .map(([key, value]) => `${key}=${value instanceof Date ? value.toISOString() : String(value)}`);
  const file = "file" in event ? [event.file.path, `v${event.file.version}`] : [];
  return ["   ", source, type, ...file, ...facts].join(" ");
}
