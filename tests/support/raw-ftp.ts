import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

const CRLF = "\r\n";

/**
 * The barest FTP server: one directory, whose listing holds names as bytes, whatever these are, each a file of four bytes
 * for whoever asks for it by just these; and some files.
 */
export async function rawListing(
  names: readonly Uint8Array[],
  files: Readonly<Record<string, string>>,
): Promise<{ port: number }> {
  const facts = (size: number) => `type=file;size=${size};modify=20250101060000; `;
  const lines = [
    ...names.map((name) => Buffer.concat([Buffer.from(facts(4)), name, Buffer.from(CRLF)])),
    ...Object.entries(files).map(([name, text]) => Buffer.from(facts(text.length) + name + CRLF)),
  ];
  const open = new Set<Socket | Server>();
  const keep = <T extends Socket | Server>(one: T): T => {
    open.add(one);
    one.on("error", () => {}).on("close", () => open.delete(one));
    return one;
  };
  const control = keep(createServer((socket) => serve(keep(socket))));
  const serve = (socket: Socket) => {
    let data: Promise<Socket> | undefined;
    const say = (text: string) => socket.write(text + CRLF);
    const send = async (bytes: Buffer | undefined) => {
      if (bytes === undefined) return say("550 No such file.");
      say("150 Here it comes.");
      (await data)!.end(bytes);
      say("226 That was it.");
    };
    const answer = async (line: string) => {
      const [verb, argument = ""] = line.split(/ (.*)/s);
      if (verb === "USER") say("230 Come in.");
      else if (verb === "FEAT")
        say(["211-Features:", " MLST type*;size*;modify*;", " UTF8", "211 End"].join(CRLF));
      else if (verb === "EPSV") {
        const port = keep(createServer());
        data = once(port, "connection").then(([one]) => (port.close(), keep(one as Socket)));
        port.listen(0, "127.0.0.1", () => say(`229 Ready (|||${(port.address() as AddressInfo).port}|)`));
      } else if (verb === "MLSD") await send(Buffer.concat(lines));
      else if (verb === "RETR") {
        const name = argument.slice(1);
        const asBytes = names.some((bytes) => Buffer.from(bytes).toString("latin1") === name);
        const text = asBytes ? "four" : files[name];
        await send(text === undefined ? undefined : Buffer.from(text));
      } else say("200 So be it.");
    };
    say("220 Hello.");
    socket.on("data", (text: Buffer) => {
      for (const line of text.toString("latin1").split(CRLF).filter(Boolean)) void answer(line);
    });
  };
  control.listen(0, "127.0.0.1");
  await once(control, "listening");
  onTestFinished(() => {
    for (const one of open) {
      if ("destroy" in one) one.destroy();
      else one.close();
    }
  });
  return { port: (control.address() as AddressInfo).port };
}
