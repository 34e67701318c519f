import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { FtpTransport } from "@daybook/transport-ftp";
import type { FtpTransportOptions } from "@daybook/transport-ftp";

/** What a command is answered with: lines, nothing at all, or whatever the function does. */
export type Answer = string | undefined | ((talk: Talk, argument: string) => unknown);

export interface Script {
  /** Default "220 ready". */
  readonly greeting?: Answer;
  /** By command, in capitals. */
  readonly on?: Readonly<Record<string, Answer>>;
  /** What LIST shows, of whatever is asked for. */
  readonly listing?: string;
  /** What RETR sends, whatever is asked for. */
  readonly file?: string;
  /** What is sent in place of each reply, line end included. Undefined: nothing. */
  readonly rewrite?: (reply: string, socket: Socket) => string | undefined;
}

/** One control connection of a server that says what it is told to. */
export interface Talk {
  readonly socket: Socket;
  say(text: string): void;
  /** Sends over the data connection, between two replies. */
  send(data: string | Buffer | ((to: Socket) => unknown), done?: string, opening?: string): void;
  hangUp(): void;
}

/** A server that says just what a script has it say, and what any server would say to the rest. */
export async function scripted(
  script: Script,
  options: Partial<FtpTransportOptions> = {},
): Promise<{ transport: FtpTransport; commands: string[]; connections: () => number; port: number }> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    connections++;
    converse(socket, script, commands);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const transport = new FtpTransport({ host: "127.0.0.1", port, connections: 1, timeout: 2000, ...options });
  onTestFinished(async () => {
    await transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { transport, commands, connections: () => connections, port };
}

const USUAL: Record<string, Answer> = {
  USER: "331 password?",
  PASS: "230 in",
  FEAT: "211-Features\r\n UTF8\r\n211 End",
  OPTS: "200 ok",
  TYPE: "200 ok",
  CWD: "250 ok",
  PWD: '257 "/" is here',
  REST: "350 ok",
  MDTM: "213 20250115183100",
  SIZE: "213 5",
  QUIT: "221 bye",
};

function converse(socket: Socket, script: Script, commands: string[]): void {
  const passive = new Set<Server>();
  let arrived: Promise<Socket> | undefined;
  const say = (text: string) => {
    const reply = script.rewrite ? script.rewrite(`${text}\r\n`, socket) : `${text}\r\n`;
    if (reply !== undefined && socket.writable) socket.write(reply, "latin1");
  };
  const talk: Talk = {
    socket,
    say,
    send(data, done = "226 Transfer complete", opening = "150 Here it comes") {
      say(opening);
      void arrived?.then((to) => {
        if (typeof data === "function") return void data(to);
        to.end(data, () => say(done));
      });
    },
    hangUp: () => socket.end(),
  };
  const answer = (what: Answer, argument = "") => {
    if (typeof what === "function") void what(talk, argument);
    else if (what !== undefined) say(what);
  };
  const listen = () =>
    new Promise<number>((resolve) => {
      const port = createServer({ noDelay: true });
      passive.add(port);
      arrived = new Promise((arrive) =>
        port.once("connection", (to) => {
          to.on("error", () => {}).resume();
          port.close();
          arrive(to);
        }),
      );
      port.listen(0, "127.0.0.1", () => resolve((port.address() as { port: number }).port));
    });
  const usual: Record<string, Answer> = {
    ...USUAL,
    EPSV: async () => say(`229 ok (|||${await listen()}|)`),
    PASV: async () => {
      const port = await listen();
      say(`227 ok (127,0,0,1,${port >> 8},${port & 255})`);
    },
    LIST: () => talk.send(script.listing ?? "-rw-r--r-- 1 a b 5 Jan 15 2025 file\r\n"),
    NLST: () => talk.send("file\r\n"),
    RETR: () => talk.send(script.file ?? "hello"),
  };
  answer("greeting" in script ? script.greeting : "220 ready");
  let unread = "";
  let queue = Promise.resolve();
  socket.on("error", () => {});
  socket.on("close", () => {
    for (const port of passive) port.close();
  });
  socket.on("data", (bytes) => {
    const lines = (unread + String(bytes)).split("\r\n");
    unread = lines.pop()!;
    for (const line of lines) {
      queue = queue.then(async () => {
        commands.push(line);
        const [, name = "", argument = ""] = /^(\S+) ?(.*)$/s.exec(line) ?? [];
        const on = script.on ?? {};
        const what = name in on ? on[name] : name in usual ? usual[name] : "502 no";
        if (typeof what === "function") await what(talk, argument);
        else answer(what, argument);
      });
    }
  });
}
