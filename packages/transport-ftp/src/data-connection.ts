import { connect } from "node:net";
import type { Socket } from "node:net";
import { TLSSocket, connect as connectTls } from "node:tls";
import { FTPError } from "basic-ftp";
import type { FTPContext, FTPResponse } from "basic-ftp";
import { isPrivate, parseEpsv, parsePasv } from "./passive.js";

export interface PassiveOptions {
  readonly forcePasv: boolean;
  readonly allowSeparateTransferHost: boolean;
}

/** What one connection has learned about a server, for all others to it. */
export interface ServerFacts {
  /** FEAT, names in capitals. */
  features?: ReadonlyMap<string, string>;
  epsvRefused?: boolean;
  /** It says that names are in UTF-8 whatever it is told. */
  alwaysUtf8?: boolean;
  /** LIST takes options for names. */
  takesNoOptions?: boolean;
  /** Whether it answers a request for the next data port that is sent right behind the command for this one. */
  answersAhead?: boolean;
  /** Somebody is finding out. */
  tryingAhead?: boolean;
  /** Connections that broke while somebody did. */
  brokeAhead?: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where the server will listen for the next data connection. */
export async function passiveAddress(
  request: (command: string) => Promise<FTPResponse>,
  controlHost: string,
  server: ServerFacts,
  options: PassiveOptions,
): Promise<Address> {
  if (!options.forcePasv && !server.epsvRefused) {
    try {
      const { message } = await request("EPSV");
      const address = addressIn(message, controlHost, options);
      if (address === undefined) throw new Error(`can't parse the reply to EPSV: ${message}`);
      return address;
    } catch (error) {
      if (!(error instanceof FTPError) || error.code < 500) throw error;
      server.epsvRefused = true;
    }
  }
  const { message } = await request("PASV");
  const address = addressIn(message, controlHost, options);
  if (address === undefined) throw new Error(`can't parse the reply to PASV: ${message}`);
  return address;
}

/** The address that a reply to EPSV or PASV names. */
export function addressIn(
  message: string,
  controlHost: string,
  options: Pick<PassiveOptions, "allowSeparateTransferHost">,
): Address | undefined {
  if (message.startsWith("229")) {
    const port = parseEpsv(message);
    return port === undefined ? undefined : { host: controlHost, port };
  }
  const told = parsePasv(message);
  if (told === undefined) return undefined;
  const usable = options.allowSeparateTransferHost && (!isPrivate(told.host) || isPrivate(controlHost));
  return { host: usable ? told.host : controlHost, port: told.port };
}

/** Where the bytes of a data connection go. */
export interface DataSink {
  /** Memory for the next bytes. */
  room(): Buffer;
  /** What has come; a view of what `room` gave, or a buffer of its own. False: no more for now, the socket is paused. */
  take(chunk: Buffer): boolean;
  /** Whether what comes is to be left at the server until it is wanted, rather than kept here. */
  readonly sparing: boolean;
}

/** What a TLS socket keeps while it is paused, beside what it has decrypted of the last read: a record. */
const LEAST_KEPT = 16 * 1024;

/**
 * Starts a data connection. It may still be on its way when this returns: the command that uses it can go out at the
 * same time, which saves a round trip.
 */
export function connectData(ftp: FTPContext, address: Address, sink: DataSink): Socket {
  if (!(ftp.socket instanceof TLSSocket)) {
    // Straight into memory of ours: no buffer made, filled in part and thrown away for each read.
    return connect({
      ...address,
      onread: {
        buffer: () => sink.room(),
        callback: (n, memory) => sink.take((memory as Buffer).subarray(0, n)),
      },
    });
  }
  const socket = connect(address);
  const secure = connectTls({
    ...ftp.tlsOptions,
    socket,
    // Servers want proof that it is the same client: the session of the control connection, or the newest ticket.
    session: ftp.tlsSessionStore ?? ftp.socket.getSession(),
    ...(sink.sparing && { highWaterMark: LEAST_KEPT }),
  });
  secure.on("session", (session) => (ftp.tlsSessionStore = session));
  socket.on("error", (error) => secure.destroy(error));
  secure.on("data", (chunk: Buffer) => {
    if (!sink.take(chunk)) secure.pause();
  });
  return secure;
}
