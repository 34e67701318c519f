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
  /** LIST takes options for names. */
  takesNoOptions?: boolean;
}

interface Address {
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
      const port = parseEpsv(message);
      if (port === undefined) throw new Error(`can't parse the reply to EPSV: ${message}`);
      return { host: controlHost, port };
    } catch (error) {
      if (!(error instanceof FTPError) || error.code < 500) throw error;
      server.epsvRefused = true;
    }
  }
  const { message } = await request("PASV");
  const told = parsePasv(message);
  if (told === undefined) throw new Error(`can't parse the reply to PASV: ${message}`);
  const usable = options.allowSeparateTransferHost && (!isPrivate(told.host) || isPrivate(controlHost));
  return { host: usable ? told.host : controlHost, port: told.port };
}

/**
 * Starts a data connection. It may still be on its way when this returns: the command that uses it can go out at the
 * same time, which saves a round trip.
 */
export function connectData(ftp: FTPContext, address: Address): Socket {
  const socket = connect(address);
  if (!(ftp.socket instanceof TLSSocket)) return socket;
  const secure = connectTls({
    ...ftp.tlsOptions,
    socket,
    // Servers want proof that it is the same client: the session of the control connection, or the newest ticket.
    session: ftp.tlsSessionStore ?? ftp.socket.getSession(),
  });
  secure.on("session", (session) => (ftp.tlsSessionStore = session));
  socket.on("error", (error) => secure.destroy(error));
  return secure;
}
