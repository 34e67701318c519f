import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { FtpTransport } from "@daybook/transport-ftp";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { nameCodec } from "../src/name-codec.js";
import { failure, readAll } from "./support/setup.js";

/** A server that knows names as bytes: each is a directory of files, whose content is the path it was asked for by. */
async function bytesServer(files: readonly Buffer[]): Promise<{ port: number; commands: Buffer[] }> {
  const commands: Buffer[] = [];
  const paths = new Set(files.map((name) => `/d/${name.toString("latin1")}`));
  const server = createServer((socket) => {
    let data: Promise<Socket> | undefined;
    const say = (text: string) => void socket.write(`${text}\r\n`, "latin1");
    const send = async (bytes: Buffer) => {
      say("150 Coming.");
      (await data)!.end(bytes);
      say("226 Done.");
    };
    const answer = async (line: string) => {
      commands.push(Buffer.from(line, "latin1"));
      const [verb, argument = ""] = line.split(/ (.*)/s);
      if (verb === "USER") say("230 Welcome.");
      else if (verb === "FEAT") say("211-Features:\r\n MLST type*;size*;modify*;\r\n UTF8\r\n211 End");
      else if (verb === "EPSV") {
        const port = createServer();
        data = once(port, "connection").then(([one]) => (port.close(), one as Socket));
        port.listen(0, "127.0.0.1", () => say(`229 Go (|||${(port.address() as AddressInfo).port}|)`));
      } else if (verb === "MLSD") {
        const line = (name: Buffer) => [Buffer.from("type=file;size=2; "), name, Buffer.from("\r\n")];
        await send(Buffer.concat(files.flatMap(line)));
      } else if (verb === "RETR" && paths.has(argument)) await send(Buffer.from("ok"));
      else if (verb === "RETR") say(`550 ${argument}: no such file`);
      else say("200 Fine.");
    };
    say("220 Hello.");
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => {
      for (const line of bytes.toString("latin1").split("\r\n")) if (line !== "") void answer(line);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, commands };
}

async function namesAndBytes(files: readonly Buffer[], encoding?: string) {
  const server = await bytesServer(files);
  const transport = new FtpTransport({ host: "127.0.0.1", port: server.port, encoding });
  onTestFinished(() => transport.close());
  const names = (await transport.list("/d")).entries.map(({ name }) => name);
  for (const name of names) expect((await readAll(transport.read(`/d/${name}`))).toString()).toBe("ok");
  return { names, server, transport };
}

describe("names", () => {
  test("that aren't UTF-8 are told apart and fetched by their own bytes", async () => {
    const utf8 = Buffer.from("café");
    const { names } = await namesAndBytes([
      utf8,
      Buffer.from("café", "latin1"),
      Buffer.from("caf\xc3", "latin1"),
      Buffer.from("caf‛E9"),
    ]);
    expect(names[0]).toBe("café");
    expect(names[1]).toBe("caf‛E9");
    expect(new Set(names).size).toBe(4);
  });

  test.each([
    ["latin1", "temp\u00e9rature.dat", "74656d70e97261747572652e"],
    ["windows-1251", "данные.dat", "e4e0ededfbe5"],
    ["cp437", "größe.dat", "677294e165"],
    ["gbk", "数据.dat", "cafdbedd"],
    ["shift_jis", "表示.dat", "955c8ea6"],
    ["euc-kr", "자료.dat", "c0dab7e1"],
  ])("in %s are read and asked for in it", async (encoding, name, hex) => {
    const { names, server } = await namesAndBytes([nameCodec(encoding).encode(name)], encoding);
    expect(names).toEqual([name]);
    const asked = server.commands.find((command) => command.toString("latin1").startsWith("RETR"))!;
    expect(asked.toString("hex")).toContain(hex);
    // A server that was told to use UTF-8 would translate.
    expect(server.commands.map(String)).not.toContain("OPTS UTF8 ON");
  });

  test("that the given encoding can't give back as they were are written byte by byte", async () => {
    const { names } = await namesAndBytes([Buffer.from("ok\xff\x80.dat", "latin1")], "gbk");
    expect(names).toEqual(["ok‛FF‛80.dat"]);
  });

  test("come back in the server's own words as they were asked for", async () => {
    const { transport } = await namesAndBytes([], "latin1");
    const error = await failure(transport.read("/d/é"));
    expect([error.kind, error.message]).toEqual(["not-found", expect.stringContaining("/d/é: no such file")]);
  });
});

test("an encoding that would change a path's slashes, or that nobody knows, is refused", () => {
  for (const encoding of ["utf-16le", "utf-7", "cp037", "nonsense", ""]) {
    expect(() => new FtpTransport({ host: "h", encoding })).toThrow(/`encoding`/);
  }
});

test.each([
  "utf8",
  "latin1",
  "windows-1252",
  "cp850",
  "koi8-r",
  "gbk",
  "gb18030",
  "big5",
  "shift_jis",
  "euc-jp",
])("any bytes come back as they were, and no two become one (%s)", (encoding) => {
  const codec = nameCodec(encoding);
  const name = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes));
  const marked = fc.constantFrom("‛E9", "‛", "é", "a").map((text) => Buffer.from(text));
  const bytes = fc.array(fc.oneof(name, marked), { maxLength: 4 }).map((parts) => Buffer.concat(parts));
  fc.assert(
    fc.property(bytes, (one) => {
      expect(codec.encode(codec.decode(one)).toString("hex")).toBe(one.toString("hex"));
    }),
    { numRuns: 500 },
  );
});
