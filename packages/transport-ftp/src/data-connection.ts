import { connect } from "node:net";
import type { Socket } from "node:net";
import { TLSSocket, connect as connectTls } from "node:tls";
import type { FTPContext } from "basic-ftp";
import { checkPin } from "./certificate.js";
import type { Address } from "./passive-port.js";

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
export function connectData(
  ftp: FTPContext,
  { host, port }: Address,
  sink: DataSink,
  pin: Parameters<typeof checkPin>[1],
): Socket {
  if (!(ftp.socket instanceof TLSSocket)) {
    // Straight into memory of ours: no buffer made, filled in part and thrown away for each read.
    return connect({
      host,
      port,
      onread: {
        buffer: () => sink.room(),
        callback: (n, memory) => sink.take((memory as Buffer).subarray(0, n)),
      },
    });
  }
  const socket = connect({ host, port });
  const secure = connectTls({
    ...ftp.tlsOptions,
    socket,
    // Servers want proof that it is the same client: the session of the control connection, or the newest ticket.
    session: ftp.tlsSessionStore ?? ftp.socket.getSession(),
    ...(sink.sparing && { highWaterMark: LEAST_KEPT }),
  });
  secure.once("secureConnect", () => {
    const wrong = checkPin(secure, pin);
    if (wrong) secure.destroy(wrong);
  });
  secure.on("session", (session) => (ftp.tlsSessionStore = session));
  socket.on("error", (error) => secure.destroy(error));
  secure.on("data", (chunk: Buffer) => {
    if (!sink.take(chunk)) secure.pause();
  });
  return secure;
}
