import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Client, ConnectConfig, SFTPWrapper } from "ssh2";
import SftpClient from "ssh2-sftp-client";

/** What is used of ssh2-sftp-client; its types leave out some of what it documents. */
interface Used {
  /** The ssh2 client below it. */
  readonly client: Client;
  connect(config: ConnectConfig): Promise<SFTPWrapper>;
  realPath(path: string): Promise<string>;
  createReadStream(path: string, options: { start: number; highWaterMark: number }): Readable;
}

// It would write to the console.
const QUIET = { error: () => {}, end: () => {}, close: () => {} };
const Base = SftpClient as unknown as new (name: string, callbacks: typeof QUIET) => Used;

/**
 * ssh2-sftp-client, whose `connect` opens an SFTP handle as soon as it is logged in. That is held back until the handle is
 * wanted: it is a channel of its own, with four round trips until it can be used and a process at the server.
 */
export class PlainClient extends Base {
  #want!: () => void;
  #handle: Promise<SFTPWrapper> | undefined;

  constructor() {
    super("daybook", QUIET);
    const wanted = new Promise<void>((resolve) => (this.#want = resolve));
    const { client } = this;
    const open = client.sftp.bind(client) as (done: SftpDone) => Client;
    client.sftp = ((done: SftpDone) => {
      wanted.then(() => open(done)).catch((error: Error) => done(error));
      return client;
    }) as Client["sftp"];
  }

  async logIn(config: ConnectConfig): Promise<void> {
    this.#handle = this.connect(config);
    await Promise.race([once(this.client, "ready"), this.#handle]);
  }

  /** The handle, opened when first asked for. Rejects where the server gives none, and where the log-in failed. */
  handle(): Promise<SFTPWrapper> {
    this.#want();
    return this.#handle!;
  }
}

type SftpDone = (error: Error | undefined, sftp?: SFTPWrapper) => void;
