import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import type { RemoteEntry } from "@daybook/core";
import type { RemoteFile, RemoteTree } from "@daybook/testing";
import type { Algorithms, Attributes, Connection, FileEntry, SFTPWrapper } from "ssh2";
import ssh2 from "ssh2";

const { Server, utils } = ssh2;
const { STATUS_CODE } = utils.sftp;

/** What a server does wrong. All may be changed while it runs. */
export interface Faults {
  /** Answers no SFTP request any more, but stays connected. */
  frozen?: boolean;
  /** Bytes a read answers with at most. */
  shortReads?: number;
  /** Says that every file ends here. */
  endsAt?: number;
  /** Cuts the connection after so many bytes of a file. */
  cutAfter?: { readonly path: string; readonly bytes: number };
  /** Answers requests for which this is true not at all. */
  ignores?: (request: string) => boolean;
  /** Runs before a request is answered. */
  before?: (request: string, path: string) => void | Promise<void>;
  /** Connections accepted at once; more are closed before a greeting, as sshd's MaxStartups does. */
  maxConnections?: number;
  /** Answers the end of a directory for requests sent ahead before the entries of earlier ones. */
  endOvertakes?: boolean;
  /** Answers "Failure" where others say "No such file". */
  vague?: boolean;
  /** Leaves modes out of listings. */
  noModes?: boolean;
  /** Refuses to open more files than this at once on one channel, in these words. */
  maxOpen?: { readonly files: number; readonly status: number; readonly text: string };
  /** Answers what is asked of these paths with a status and a text. */
  refuses?: Map<string, { readonly status: number; readonly text: string }>;
  /** Refuses these paths. */
  forbidden?: Set<string>;
}

export interface SftpServerOptions {
  readonly tree: RemoteTree;
  readonly password?: string;
  /** Private keys; one is made anew if missing. */
  readonly hostKeys?: readonly string[];
  /** Takes passwords by asking for them ("keyboard-interactive"), too or only. */
  readonly asks?: "too" | "only";
  /** Asks this, in turn, once the password was right, and wants these answers. */
  readonly factor?: readonly { readonly prompt: string; readonly answer: () => string }[];
  /** Wants a new password instead of letting anybody in. */
  readonly expired?: boolean;
  /** Where who logs in is. */
  readonly home?: string;
  /** Sent before the log-in. */
  readonly banner?: string;
  /** What it can agree on; default ssh2's. */
  readonly algorithms?: Algorithms;
  readonly faults?: Faults;
  readonly entriesPerReply?: number;
}

interface Handle {
  readonly path: string;
  readonly file?: RemoteFile;
  left?: RemoteEntry[];
}

/** An SSH server with the user "user" that serves a tree over SFTP, with faults on demand. */
export class SftpServer {
  readonly faults: Faults;
  readonly hostKey: string;
  /** "OPEN /a", "READ /a 0 100" … in the order of their coming. */
  readonly requests: string[] = [];
  /** Methods and names of all attempts to log in. */
  readonly logins: string[] = [];
  openHandles = 0;
  port = 0;

  readonly #options: SftpServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<Connection>();
  readonly #ssh: InstanceType<typeof Server>;
  readonly #net = createServer((socket) => this.#accept(socket));
  #accepted = 0;

  constructor(options: SftpServerOptions) {
    this.#options = options;
    this.faults = options.faults ?? {};
    const hostKeys = options.hostKeys ?? [newKey()];
    this.hostKey = hostKeys[0]!;
    const { banner, algorithms } = options;
    this.#ssh = new Server({ hostKeys: [...hostKeys], banner, algorithms }, (connection) =>
      this.#greet(connection),
    );
  }

  /** Connections open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Connections ever accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  async start(): Promise<this> {
    this.#net.listen(this.port, "127.0.0.1");
    await once(this.#net, "listening");
    this.port = (this.#net.address() as AddressInfo).port;
    return this;
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Goes deaf and dumb on every connection there is, as a firewall that forgot it. */
  stall(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  /** Says goodbye on every connection. */
  endAll(): void {
    for (const connection of this.#connections) connection.end();
  }

  async stop(): Promise<void> {
    const closed = once(this.#net, "close");
    this.#net.close();
    this.cut();
    await closed;
  }

  #accept(socket: Socket): void {
    if (this.#sockets.size >= (this.faults.maxConnections ?? Infinity)) {
      socket.on("error", () => {}).resume();
      socket.end("Exceeded MaxStartups\r\n");
      return;
    }
    this.#accepted++;
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => this.#sockets.delete(socket)).on("error", () => {});
    this.#ssh.injectSocket(socket);
  }

  #greet(connection: Connection): void {
    const { password = "secret", asks, factor, expired } = this.#options;
    let known = false;
    this.#connections.add(connection);
    connection.on("error", () => {}).on("close", () => this.#connections.delete(connection));
    connection.on("authentication", (context) => {
      this.logins.push(`${context.method} ${context.username}`);
      const methods: ("password" | "keyboard-interactive")[] = asks === "only" ? [] : ["password"];
      if (asks !== undefined) methods.push("keyboard-interactive");
      const { method } = context;
      if (expired && context.method === "password") {
        return void context.requestChange("Your password has expired. New password:", () =>
          context.reject(["password"]),
        );
      }
      if (factor !== undefined && context.method === "password" && context.password === password) {
        known = true;
        return context.reject(["keyboard-interactive"], true);
      }
      if (factor !== undefined && context.method === "keyboard-interactive" && known) {
        const prompts = factor.map(({ prompt }) => ({ prompt, echo: false }));
        return context.prompt(prompts, (answers) => {
          const right = factor.every(({ answer }, i) => answers[i] === answer());
          if (right) context.accept();
          else context.reject(["keyboard-interactive"]);
        });
      }
      if (context.username !== "user" || !(methods as string[]).includes(method)) {
        context.reject(methods);
      } else if (context.method === "password") {
        if (context.password === password) context.accept();
        else context.reject(methods);
      } else if (context.method === "keyboard-interactive") {
        context.prompt([{ prompt: "Password:", echo: false }], ([answer]) => {
          if (answer === password) context.accept();
          else context.reject(methods);
        });
      }
    });
    connection.on("ready", () => {
      connection.on("session", (accept) => {
        accept().on("sftp", (acceptSftp) => this.#serve(acceptSftp()));
      });
    });
  }

  #serve(sftp: SFTPWrapper): void {
    const handles = new Map<string, Handle>();
    const { tree } = this.#options;
    let turn = Promise.resolve();
    /** One after the other, as OpenSSH does. */
    const on = (name: string, answer: (id: number, ...args: never[]) => void) => {
      sftp.on(
        name as "READ",
        ((id: number, ...args: unknown[]) => {
          const subject = Buffer.isBuffer(args[0])
            ? (handles.get(key(args[0]))?.path ?? "?")
            : String(args[0]);
          const request = [name, subject, ...args.slice(1).filter((arg) => typeof arg === "number")].join(
            " ",
          );
          this.requests.push(request);
          turn = turn.then(async () => {
            await this.faults.before?.(request, subject);
            if (this.faults.frozen || this.faults.ignores?.(request)) return;
            (answer as (...all: unknown[]) => void)(id, ...args);
          });
        }) as never,
      );
    };
    const opened = (id: number, handle: Handle) => {
      const name = randomBytes(8);
      handles.set(key(name), handle);
      this.openHandles++;
      sftp.handle(id, name);
    };
    const missing = () => (this.faults.vague ? STATUS_CODE.FAILURE : STATUS_CODE.NO_SUCH_FILE);

    on("OPEN", (id: number, path: string) => {
      const { maxOpen, refuses } = this.faults;
      const open = [...handles.values()].filter(({ file }) => file !== undefined).length;
      const refusal = maxOpen && open >= maxOpen.files ? maxOpen : refuses?.get(path);
      if (refusal !== undefined) return sftp.status(id, refusal.status, refusal.text);
      if (this.faults.forbidden?.has(path)) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
      const file = tree.openFile(path);
      if (file !== undefined) opened(id, { path, file });
      else if (tree.stat(path)?.type === "directory") opened(id, { path });
      else sftp.status(id, missing());
    });
    on("READ", (id: number, name: Buffer, offset: number, length: number) => {
      const file = handles.get(key(name))?.file;
      if (file === undefined) return sftp.status(id, STATUS_CODE.FAILURE);
      const { path: doomed, bytes: limit = Infinity } = this.faults.cutAfter ?? {};
      const left = handles.get(key(name))?.path === doomed ? limit - offset : Infinity;
      if (left <= 0) return this.cut();
      const room = Math.min(
        left,
        length,
        this.faults.shortReads ?? length,
        (this.faults.endsAt ?? Infinity) - offset,
      );
      const bytes = room > 0 ? file.read(offset, room) : Buffer.alloc(0);
      if (bytes.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, Buffer.from(bytes));
    });
    on("OPENDIR", (id: number, path: string) => {
      if (this.faults.forbidden?.has(path)) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
      const entries = tree.entries(path);
      if (entries === undefined) return sftp.status(id, missing());
      const dots: RemoteEntry[] = [
        { name: ".", type: "directory" },
        { name: "..", type: "directory" },
      ];
      opened(id, { path, left: [...dots, ...entries] });
    });
    let held: (() => void) | undefined;
    on("READDIR", (id: number, name: Buffer) => {
      const batch = handles.get(key(name))?.left?.splice(0, this.#options.entriesPerReply ?? 100) ?? [];
      if (batch.length === 0) {
        sftp.status(id, STATUS_CODE.EOF);
        held?.();
        held = undefined;
        return;
      }
      const reply = () =>
        sftp.name(
          id,
          batch.map((entry) => this.#wire(entry)),
        );
      if (this.faults.endOvertakes && held === undefined) held = reply;
      else reply();
    });
    const stat = (id: number, path: string) => {
      const entry = tree.stat(path);
      if (entry === undefined) sftp.status(id, missing());
      else sftp.attrs(id, this.#wire(entry).attrs);
    };
    on("REALPATH", (id: number, path: string) => {
      const { home = "/" } = this.#options;
      sftp.name(id, [{ filename: path === "." ? home : path, longname: "", attrs: {} as Attributes }]);
    });
    on("STAT", stat);
    on("LSTAT", stat);
    on("CLOSE", (id: number, name: Buffer) => {
      handles.get(key(name))?.file?.close();
      if (handles.delete(key(name))) this.openHandles--;
      sftp.status(id, STATUS_CODE.OK);
    });
    sftp.on("close", () => (this.openHandles -= handles.size));
  }

  #wire({ name, type, size, modifiedAt }: RemoteEntry): FileEntry {
    const mode =
      type === "directory" ? 0o040755 : type === "file" ? 0o100644 : type === "link" ? 0o120777 : 0o010644;
    const seconds = Math.floor((modifiedAt?.getTime() ?? 0) / 1000);
    const letter = type === "directory" ? "d" : type === "file" ? "-" : type === "link" ? "l" : "p";
    const attrs = { mode, uid: 0, gid: 0, size: size ?? 0, atime: seconds, mtime: seconds };
    if (this.faults.noModes) delete (attrs as { mode?: number }).mode;
    return { filename: name, longname: `${letter}rw-r--r-- 1 user user 0 Jan 1 00:00 ${name}`, attrs };
  }
}

/** A private key in OpenSSH's form. */
export function newKey(): string {
  for (;;) {
    const made = utils.generateKeyPairSync("ed25519").private;
    // Now and then ssh2 writes one that it can't read itself.
    if (!(utils.parseKey(made) instanceof Error)) return made;
  }
}

const key = (handle: Buffer) => handle.toString("hex");
