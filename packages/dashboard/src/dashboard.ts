import { DaybookError, type Daybook } from "@daybook/core";
import type { LiveState } from "./live/live-state.js";
import { Calendar } from "./overview/calendar.js";
import { Overviews } from "./overview/overview.js";
import { DEFAULT_ADDRESS, isLoopback, parseAddress } from "./server/address.js";
import { makeApp } from "./server/app.js";
import { Assets } from "./server/assets.js";
import { EventStream } from "./server/event-stream.js";
import { Guard } from "./server/guard.js";
import { NodeServer } from "./server/node-server.js";
import { Sessions } from "./server/session.js";

export interface DashboardOptions {
  readonly daybook: Daybook;
  /** The observer that was handed to `createDaybook`, if this process crawls. */
  readonly live: LiveState;
  /** Where to listen, such as "8470" or "0.0.0.0:8470". Default 127.0.0.1:8470; port 0 takes any that is free. */
  readonly address?: string;
  /** Who knows it may look. Required where the address isn't this machine's own, or `names` are given. */
  readonly token?: string;
  /** More host names this server is reached by, such as a proxy's. */
  readonly names?: readonly string[];
  /** Whether files and hours may be put back in the queue. Default false. */
  readonly writable?: boolean;
  /** Told of what went wrong while a request was answered. */
  readonly onError?: (error: unknown) => void;
}

/** The page, the HTTP API and the metrics of one `Daybook`. It closes nothing but itself. */
export class Dashboard {
  readonly #options: DashboardOptions;
  #server: NodeServer | undefined;
  #events: EventStream | undefined;
  #unsubscribe: (() => void) | undefined;
  #overviews: Overviews | undefined;

  constructor(options: DashboardOptions) {
    this.#options = options;
  }

  /** Begins to listen; returns the page's address. Rejects with kind "config" where it may not or can't. */
  async listen(): Promise<string> {
    const { daybook, live, token, names = [], writable = false, onError = () => undefined } = this.#options;
    const address =
      this.#options.address === undefined ? DEFAULT_ADDRESS : parseAddress(this.#options.address);
    if (token === undefined && (!isLoopback(address.host) || names.length > 0))
      throw new DaybookError(
        "config",
        `others than this machine can reach ${names[0] ?? address.host}: give the dashboard a token (serve.token_file), or leave it on 127.0.0.1`,
      );
    const sessions = token === undefined ? undefined : new Sessions(token);
    const calendar = new Calendar(daybook);
    this.#unsubscribe = live.subscribe((change) => calendar.touch(change));
    const overviews = (this.#overviews = new Overviews({ daybook, live, calendar }));
    const events = (this.#events = new EventStream(live));
    const app = makeApp({
      api: { daybook, live, calendar, overviews, writable },
      guard: new Guard({ host: address.host, names, sessions }),
      sessions,
      events,
      assets: new Assets(),
      // What a closed dashboard's requests fail of, such as a ledger that is closed as well, is nobody's concern.
      onError: (error) => this.#server && onError(error),
    });
    this.#server = new NodeServer({ fetch: (request) => app.fetch(request), onError });
    const port = await this.#server.listen(address);
    // Whoever opens the page first should not wait for years of hours to be read: all of it is read from now on.
    overviews.get().catch(() => undefined);
    const host = address.host.includes(":") ? `[${address.host}]` : address.host;
    return `http://${host}:${port}/`;
  }

  /** After `listen`: resolves once the ledger has been read, and rejects with what is wrong with it. */
  async ready(): Promise<void> {
    await this.#overviews?.status();
  }

  /** Ends every connection. Safe to call twice. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#events?.close();
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }
}
