import { DaybookError } from "@daybook/core";
import { FTPError } from "basic-ftp";
import type { FTPResponse } from "basic-ftp";
import { isPrivate, parseEpsv, parsePasv } from "./passive.js";
import type { ServerFacts } from "./server-facts.js";

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly via: "EPSV" | "PASV";
}

export interface PassivePortOptions {
  readonly ask: (command: string) => Promise<FTPResponse>;
  /** The address that was logged in to. */
  readonly controlHost: () => string;
  readonly server: ServerFacts;
  readonly forcePasv: boolean;
  readonly allowSeparateTransferHost: boolean;
}

/** A server may stop listening on a port that nobody comes to; then it is asked for another. In ms. */
const PORT_LIFE = 15_000;

/** Connections that may break before a server isn't sent a second command behind the first any more. */
const MOST_BROKEN = 2;

/** Where the server of one session listens for the next data connection. */
export class PassivePort {
  readonly #options: PassivePortOptions;
  /** Where it listens already. */
  #next: { readonly address: Address; readonly since: number } | undefined;
  /** A request sent ahead was answered in this session: where it breaks later, it isn't for that. */
  #answered = false;

  constructor(options: PassivePortOptions) {
    this.#options = options;
  }

  /** The port that was asked for ahead, once, if there is one. */
  takeAhead(): Address | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next !== undefined && performance.now() - next.since < PORT_LIFE ? next.address : undefined;
  }

  async ask(): Promise<Address> {
    const { server } = this.#options;
    if (this.#command() === "EPSV") {
      try {
        return await this.#request("EPSV");
      } catch (error) {
        if (!(error instanceof FTPError) || error.code < 500 || server.epsvWorks) throw error;
        server.tryingPasv = true;
      }
    }
    try {
      return await this.#request("PASV");
    } catch (error) {
      if (!(error instanceof FTPError) || error.code === 421) throw error;
      const detail = `passive mode is refused, and nothing else is spoken here: ask whoever runs the server to allow it (it said: ${error.message})`;
      // It would be no other for any other path.
      const about = { operation: "connect", code: String(error.code) };
      throw new DaybookError(error.code < 500 ? "busy" : "unsupported", detail, about);
    }
  }

  /** The request for the next port, if it may be sent ahead. While a server isn't known to answer it, one tries. */
  asksAhead(trial: boolean): string | undefined {
    const { server } = this.#options;
    if (server.has("no-pipelining") || server.answersAhead === false) return undefined;
    if (server.answersAhead === undefined) {
      if (!trial || server.tryingAhead) return undefined;
      server.tryingAhead = true;
    }
    return this.#command();
  }

  answeredAhead(reply: FTPResponse | undefined): void {
    const { server } = this.#options;
    server.tryingAhead = false;
    const address = reply && this.#addressIn(reply.message);
    server.answersAhead = address !== undefined;
    this.#answered = true;
    server.brokeAhead = 0;
    if (address === undefined) server.learn("no-pipelining");
    this.#next = address && { address, since: performance.now() };
  }

  /** The transfer broke with such a request behind it. `forIt`: only the request was answered, as if it were in the place of it. */
  brokeAhead(forIt: boolean): void {
    const { server } = this.#options;
    server.tryingAhead = false;
    if (this.#answered) return;
    server.brokeAhead = forIt ? MOST_BROKEN : (server.brokeAhead ?? 0) + 1;
    if (server.brokeAhead < MOST_BROKEN) return;
    server.answersAhead = false;
    server.learn("no-pipelining");
  }

  /** Data came from there, and their end was confirmed. */
  worked({ via }: Address): void {
    const { server, forcePasv } = this.#options;
    if (via === "EPSV") server.epsvWorks = true;
    else if (server.tryingPasv && !forcePasv) server.learn("no-epsv");
    server.tryingPasv = false;
  }

  /** Nobody was met there. Whether another way of asking is left. */
  ledNowhere({ via }: Address): boolean {
    const { server } = this.#options;
    if (via === "PASV" || server.epsvWorks || server.tryingPasv) return false;
    server.tryingPasv = true;
    return true;
  }

  #command(): "EPSV" | "PASV" {
    const { server, forcePasv } = this.#options;
    return forcePasv || server.tryingPasv || server.has("no-epsv") ? "PASV" : "EPSV";
  }

  async #request(command: string): Promise<Address> {
    const { message } = await this.#options.ask(command);
    const address = this.#addressIn(message);
    if (address === undefined) throw new Error(`can't parse the reply to ${command}: ${message}`);
    return address;
  }

  /** The address that a reply to EPSV or PASV names. */
  #addressIn(message: string): Address | undefined {
    const { allowSeparateTransferHost } = this.#options;
    const controlHost = this.#options.controlHost();
    if (message.startsWith("229")) {
      const port = parseEpsv(message);
      return port === undefined ? undefined : { host: controlHost, port, via: "EPSV" };
    }
    const told = parsePasv(message);
    if (told === undefined) return undefined;
    const usable = allowSeparateTransferHost && (!isPrivate(told.host) || isPrivate(controlHost));
    return { host: usable ? told.host : controlHost, port: told.port, via: "PASV" };
  }
}
