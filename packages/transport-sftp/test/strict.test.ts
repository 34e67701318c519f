import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { SftpTransport } from "@daybook/transport-sftp";
import { expect, onTestFinished, test } from "vitest";
import { bytesOf, failure, place } from "./support/place.js";

// Old servers, strict ones, and what isn't a server of SSH at all.

test.each([
  ["kex", { kex: ["diffie-hellman-group14-sha1"] }, "diffie-hellman-group14-sha1"],
  ["cipher", { cipher: ["aes128-cbc", "aes256-cbc"] }, "aes128-cbc, aes256-cbc"],
  ["hmac", { hmac: ["hmac-md5"], cipher: ["aes128-ctr"] }, "hmac-md5"],
] as const)(
  "where no %s is in common the server's list and the option are named, and `legacy` helps",
  async (kind, algorithms, list) => {
    const { connect } = await place({ server: { algorithms: algorithms as never } });
    const error = await failure(connect().list("/"), "unsupported");
    expect(error.detail).toContain(`only ${list}`);
    expect(error.detail).toContain(`algorithms.${kind}.append`);
    expect((await connect({ algorithms: { legacy: true } }).list("/")).complete).toBe(true);
    expect(
      (await connect({ algorithms: { [kind]: { append: [list.split(", ")[0]!] } } }).list("/")).complete,
    ).toBe(true);
  },
);

test("an algorithm can be taken away", async () => {
  const { connect } = await place({ server: { algorithms: { cipher: ["aes128-ctr"] } as never } });
  const refused = connect({ algorithms: { cipher: { remove: ["aes128-ctr"] } } });
  expect((await failure(refused.list("/"), "unsupported")).detail).toContain("aes128-ctr");
});

test("an algorithm nobody knows is refused by its name", async () => {
  const { connect } = await place();
  const error = await failure(connect({ algorithms: { kex: { append: ["rot13"] } } }).list("/"), "config");
  expect(error.detail).toContain("algorithms");
  expect(error.detail).toContain("rot13");
});

test.each([{ kexes: { append: [] } }, { kex: { add: ["a"] } }, { kex: { append: "a" } }, { legacy: "yes" }])(
  "%j are no algorithms",
  (algorithms) => {
    const options = { host: "h", user: "u", password: "p", algorithms: algorithms as object };
    expect(() => new SftpTransport(options)).toThrow(expect.objectContaining({ kind: "config" }));
  },
);

/** A port at which something answers that isn't SSH. */
async function port(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    answer(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.each<[string, (socket: Socket) => void, RegExp]>([
  ["an FTP server", (socket) => socket.write("220 (vsFTPd 3.0.5)\r\n"), /an FTP server.*use ftp/],
  [
    "an FTP server with a long greeting",
    (socket) => socket.write("220-Welcome\r\n220-to the archive\r\n220 \r\n"),
    /an FTP server/,
  ],
  ["an FTP server that is full", (socket) => socket.end("421 Too many connections\r\n"), /an FTP server/],
  ["a mail server", (socket) => socket.write("220 mx.example.com ESMTP Postfix\r\n"), /a mail server/],
  ["IMAP", (socket) => socket.write("* OK [CAPABILITY IMAP4rev1] ready\r\n"), /IMAP/],
  [
    "a web server",
    (socket) => void socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n<html>")),
    /a web server/,
  ],
  [
    "TLS",
    (socket) => void socket.once("data", () => socket.end(Buffer.from("15030100020246", "hex"))),
    /speaks TLS/,
  ],
])("%s at the port of SSH is told as that, at once", async (_, answer, words) => {
  const { connect } = await place();
  const transport = connect({ port: await port(answer), timeout: 600_000 });
  const error = await failure(transport.list("/"), "config");
  expect(error.detail).toMatch(words);
  expect(error.detail).toContain("not an SSH server");
});

test("something else at the port is shown as it answers", async () => {
  const { connect } = await place();
  const transport = connect({
    port: await port((socket) => socket.write("hello, who is there?\r\n")),
    timeout: 300,
  });
  expect((await failure(transport.list("/"), "protocol")).detail).toContain('"hello, who is there?"');
});

test("a server that says nothing may not be SSH's", async () => {
  const { connect } = await place();
  const transport = connect({ port: await port(() => {}), timeout: 200 });
  expect((await failure(transport.list("/"), "timeout")).detail).toContain("is this the port of SSH?");
});

test("what a server says before it hangs up is shown", async () => {
  const { connect } = await place();
  const transport = connect({ port: await port((socket) => socket.end("Not allowed at this time\r\n")) });
  expect((await failure(transport.list("/"), "busy")).detail).toContain("Not allowed at this time");
});

test("greeting one character at a time doesn't hold a connection beyond the timeout", async () => {
  const { connect } = await place();
  const slow = await port((socket) => {
    const timer = setInterval(() => socket.write("x"), 20);
    socket.on("close", () => clearInterval(timer));
  });
  await failure(connect({ port: slow, timeout: 300 }).list("/"), "protocol");
});

// RFC 6238's own example: at 59 s the secret "12345678901234567890" shows 94287082, of which the last six digits.
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

test("a second factor is asked for: the authenticator's code goes there", async () => {
  const { createHmac } = await import("node:crypto");
  const code = () => {
    const counter = Buffer.alloc(8);
    counter.writeUInt32BE(Math.floor(Date.now() / 30_000), 4);
    const digest = createHmac("sha1", "12345678901234567890").update(counter).digest();
    const offset = digest[19]! & 15;
    return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  };
  const factor = [{ prompt: "Verification code: ", answer: code }];
  const { connect, server } = await place({ server: { factor } });
  expect((await connect({ totp: SECRET }).list("/")).complete).toBe(true);
  expect(server.logins).toEqual(["password user", "keyboard-interactive user"]);
});

test("what else is asked for is answered in order", async () => {
  const factor = [
    { prompt: "Mother's maiden name?", answer: () => "Smith" },
    { prompt: "PIN:", answer: () => "4711" },
  ];
  const { connect } = await place({ server: { factor } });
  expect((await connect({ password: "secret", answers: ["Smith", "4711"] }).list("/")).complete).toBe(true);
  const error = await failure(connect({ answers: ["Smith"] }).list("/"), "auth");
  expect(error.detail).toContain("PIN:");
});

test("a question that nobody can answer is told, and the password isn't given for it", async () => {
  const factor = [{ prompt: "Enter your one-time passcode:", answer: () => "never" }];
  const { transport, server } = await place({ server: { factor } });
  const error = await failure(transport.list("/"), "auth");
  expect(error.detail).toContain("Enter your one-time passcode:");
  expect(error.detail).toContain("totp");
  expect(server.logins).toHaveLength(2);
});

test("a password that must be changed is told as that", async () => {
  const { transport } = await place({ server: { expired: true } });
  const error = await failure(transport.list("/"), "auth");
  expect(error.detail).toContain("New password:");
});

test("what a banner says of an account is shown with the refusal, and other banners are not", async () => {
  const shut = await place({ server: { banner: "Your account has expired; call 555-0100\n" } });
  const refused = await failure(shut.connect({ password: "wrong" }).list("/"), "auth");
  expect(refused.detail).toContain("account has expired; call 555-0100");
  const usual = await place({ server: { banner: "AUTHORISED USE ONLY\n".repeat(30) } });
  expect((await failure(usual.connect({ password: "wrong" }).list("/"), "auth")).detail).not.toContain(
    "AUTHORISED",
  );
});

test.each(["not base32!", "", "1810"])("%j is no authenticator's secret", (totp) => {
  expect(() => new SftpTransport({ host: "h", user: "u", password: "p", totp })).toThrow(
    expect.objectContaining({ kind: "config" }),
  );
});

test("paths can begin at the home of who logs in", async () => {
  const { tree, connect, server } = await place({ server: { home: "/home/crawler" } });
  tree.put("/home/crawler/data/a", "abc");
  const transport = connect({ home: true });
  expect((await transport.list("/data")).entries).toMatchObject([{ name: "a", size: 3 }]);
  expect((await bytesOf(await transport.read("/data/a", { size: 3 }))).toString()).toBe("abc");
  expect(await transport.stat("/data/a")).toMatchObject({ name: "a", size: 3 });
  expect(await failure(transport.list("/gone"), "not-found")).toMatchObject({ path: "/gone" });
  expect(server.requests.filter((request) => request.startsWith("REALPATH"))).toHaveLength(1);
});
