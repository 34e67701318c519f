import type { Change, Days, LiveState } from "../live/live-state.js";
import { Problem } from "./problem.js";

const TICK_MS = 500;
/** A comment now and then keeps proxies from cutting a quiet stream. */
const QUIET_MS = 15_000;
const MOST_CLIENTS = 200;
/** Chunks a client may be behind before it is dropped; its browser comes back by itself. */
const MOST_BEHIND = 100;
const DAY = 86_400_000;

type Client = ReadableStreamDefaultController<Uint8Array>;

/**
 * Server-sent events for any number of pages, at most two a second each:
 * `transfers`, the files on their way; `changed`, the sources that something happened to, each with the first and the
 * last day it happened in, or null where it was no single hour.
 */
export class EventStream {
  readonly #live: LiveState;
  readonly #clients = new Set<Client>();
  readonly #encoder = new TextEncoder();
  #changed = new Map<string, Days | null>();
  #unsubscribe: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #toldTransfers = "[]";
  #toldAt = 0;

  constructor(live: LiveState) {
    this.#live = live;
  }

  /** A response that goes on until its reader, or this, ends it. */
  response(): Response {
    if (this.#clients.size >= MOST_CLIENTS)
      throw new Problem(503, "busy", `${MOST_CLIENTS} pages are open already: close one`);
    let client: Client;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          client = controller;
          this.#clients.add(controller);
          this.#begin();
          this.#send(controller, `retry: 2000\n${message("transfers", this.#transfers())}`);
        },
        cancel: () => this.#drop(client),
      },
      { highWaterMark: 1 },
    );
    return new Response(body, {
      headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" },
    });
  }

  close(): void {
    for (const client of [...this.#clients]) this.#drop(client, true);
  }

  #begin(): void {
    if (this.#timer !== undefined) return;
    this.#unsubscribe = this.#live.subscribe((change) => this.#note(change));
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  #note({ source, days }: Change): void {
    const known = this.#changed.get(source);
    if (days === undefined) return void this.#changed.set(source, known ?? null);
    this.#changed.set(source, {
      first: Math.min(known?.first ?? days.first, days.first),
      last: Math.max(known?.last ?? days.last, days.last),
    });
  }

  #tick(): void {
    let text = "";
    const transfers = this.#transfers();
    if (transfers !== this.#toldTransfers) text += message("transfers", transfers);
    this.#toldTransfers = transfers;
    if (this.#changed.size > 0) {
      const date = (day: number) => new Date(day * DAY).toISOString().slice(0, 10);
      const sources = [...this.#changed].map(([name, days]) => [
        name,
        days && [date(days.first), date(days.last)],
      ]);
      text += message("changed", JSON.stringify({ sources: Object.fromEntries(sources) as unknown }));
      this.#changed = new Map();
    }
    const now = performance.now();
    if (text === "" && now - this.#toldAt >= QUIET_MS) text = ": still here\n\n";
    if (text === "") return;
    this.#toldAt = now;
    for (const client of [...this.#clients]) this.#send(client, text);
  }

  #transfers(): string {
    return JSON.stringify(this.#live.transfers);
  }

  #send(client: Client, text: string): void {
    if ((client.desiredSize ?? 0) < -MOST_BEHIND) return this.#drop(client, true);
    client.enqueue(this.#encoder.encode(text));
  }

  #drop(client: Client, end = false): void {
    if (this.#clients.delete(client) && end) client.close();
    if (this.#clients.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#unsubscribe?.();
    this.#changed.clear();
  }
}

/** JSON has no line breaks, so one data line holds it. */
const message = (event: string, json: string) => `event: ${event}\ndata: ${json}\n\n`;
