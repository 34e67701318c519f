import { execFileSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { RemoteTree } from "@daybook/testing";
import { SftpTransport } from "@daybook/transport-sftp";
import ssh2 from "ssh2";
import { expect, onTestFinished, test } from "vitest";
import { failure, file, fingerprintOf, login, place, publicKeyOf } from "./support/place.js";
import { newKey, SftpServer } from "./support/sftp-server.js";

test("a wrong password is refused once, with what to check and without the password", async () => {
  const { server, connect } = await place();
  const error = await failure(connect({ password: "hunter2" }).list("/"), "auth");
  expect(error.detail).toContain("user");
  expect(error.detail).toContain("check user, password and key");
  expect(error.retry).toBe("no");
  expect(JSON.stringify(error) + error.message + error.stack).not.toContain("hunter2");
  expect(server.logins).toEqual(["password user"]);
});

test("the first attempt is the password itself: no round trip is spent on asking", async () => {
  const { server, transport } = await place();
  await transport.list("/");
  expect(server.logins).toEqual(["password user"]);
});

test("a server that asks for the password is answered", async () => {
  const { server, transport } = await place({ server: { asks: "only" } });
  await transport.list("/");
  expect(server.logins).toEqual(["password user", "keyboard-interactive user"]);
});

test("a wrong password is not offered a second time to a server that would also ask for it", async () => {
  const { server, connect } = await place({ server: { asks: "too" } });
  await failure(connect({ password: "wrong" }).list("/"), "auth");
  expect(server.logins).toEqual(["password user"]);
});

test("calls that wait for the same refused login all learn of it, from one attempt", async () => {
  const { server, connect } = await place();
  const transport = connect({ password: "wrong" });
  await Promise.all(Array.from({ length: 20 }, () => failure(transport.list("/"), "auth")));
  expect(server.logins).toHaveLength(1);
});

test("an encrypted key says what it needs, and a wrong passphrase that it is wrong", async () => {
  const { connect } = await place();
  const { private: privateKey } = ssh2.utils.generateKeyPairSync("ecdsa", {
    bits: 256,
    passphrase: "open sesame",
    cipher: "aes256-ctr",
    rounds: 1,
  });
  const none = await failure(connect({ privateKey }).list("/"), "config");
  expect(none.detail).toContain("give its passphrase");
  const wrong = await failure(connect({ privateKey, passphrase: "hunter2" }).list("/"), "config");
  expect(wrong.detail).toContain("passphrase doesn't open");
  expect(wrong.message).not.toContain("hunter2");
});

test.each([
  ["a path", "/home/me/.ssh/id_ed25519", "text of the file"],
  ["a public key", publicKeyOf(newKey()), "without .pub"],
])("%s in place of a private key is refused with what to give", async (_, privateKey, words) => {
  const { connect } = await place();
  const error = await failure(connect({ privateKey }).list("/"), "config");
  expect(error.detail).toContain(words);
  expect(error.message).not.toContain(privateKey);
});

test("an agent that isn't there is a clear refusal", async () => {
  const { connect } = await place();
  const before = process.env.SSH_AUTH_SOCK;
  delete process.env.SSH_AUTH_SOCK;
  onTestFinished(() => {
    if (before !== undefined) process.env.SSH_AUTH_SOCK = before;
  });
  const transport = connect({ password: undefined, agent: true });
  expect((await failure(transport.list("/"), "config")).detail).toContain("SSH_AUTH_SOCK");
  await failure(connect({ password: undefined, agent: "/nonexistent/agent.sock" }).list("/"), "auth");
});

test("a host that doesn't resolve is told by its name", async () => {
  const { connect } = await place();
  const error = await failure(connect({ host: "nowhere.invalid" }).list("/"), "network");
  expect(error.detail).toContain("nowhere.invalid");
  expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(error.code);
});

test("a port nobody listens at is a network failure that names it", async () => {
  const { server, transport } = await place();
  await server.stop();
  onTestFinished(async () => void (await server.start()));
  const error = await failure(transport.list("/"), "network");
  expect(error.detail).toContain(`127.0.0.1:${server.port}`);
  expect(error.code).toBe("ECONNREFUSED");
});

test("an unknown key is refused with its fingerprint, the file and the command that adds it", async () => {
  const { server, connect } = await place();
  const knownHosts = await file("known_hosts", "# nobody yet\n");
  const error = await failure(connect({ hostKey: { knownHosts } }).list("/"), "config");
  expect(error.detail).toContain(fingerprintOf(server.hostKey));
  expect(error.detail).toContain(`ssh-keyscan -p ${server.port} 127.0.0.1 >> ${knownHosts}`);
  expect(server.logins).toEqual([]);
});

test("a known_hosts file that isn't there knows nobody", async () => {
  const { connect } = await place();
  await failure(connect({ hostKey: { knownHosts: "/nonexistent/known_hosts" } }).list("/"), "config");
});

test("the keys of ~/.ssh/known_hosts are asked where nothing else is said", async () => {
  const { server, connect } = await place();
  const home = await file("unused", "");
  const before = process.env.HOME;
  process.env.HOME = home;
  onTestFinished(() => void (process.env.HOME = before));
  const error = await failure(connect({ hostKey: undefined }).list("/"), "config");
  expect(error.detail).toContain(`${home}/.ssh/known_hosts`);
  expect(server.logins).toEqual([]);
});

test("a changed key is refused with the old and the new one, and nothing is sent to it", async () => {
  const { server, connect } = await place();
  const old = newKey();
  const knownHosts = await file("known_hosts", `[127.0.0.1]:${server.port} ${publicKeyOf(old)}\n`);
  const error = await failure(connect({ hostKey: { knownHosts } }).list("/"), "auth");
  expect(error.detail).toContain("changed");
  expect(error.detail).toContain(fingerprintOf(old));
  expect(error.detail).toContain("line 1");
  expect(error.detail).toContain(fingerprintOf(server.hostKey));
  expect(error.detail).toContain(`ssh-keygen -R '[127.0.0.1]:${server.port}'`);
  expect(server.logins).toEqual([]);
});

const hashed = (name: string) => {
  const salt = randomBytes(20);
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
};

test.each<[string, (name: string, key: string) => string, "ok" | "unknown" | "refused"]>([
  ["a plain line", (name, key) => `${name} ${key}`, "ok"],
  ["a line with a comment after it", (name, key) => `${name} ${key} someone@somewhere`, "ok"],
  ["several names", (name, key) => `other,${name} ${key}`, "ok"],
  ["a hashed name", (name, key) => `${hashed(name)} ${key}`, "ok"],
  ["somebody else's hashed name", (_, key) => `${hashed("other")} ${key}`, "unknown"],
  ["a wildcard", (_, key) => `[127.0.0.*]:* ${key}`, "ok"],
  ["question marks", (name, key) => `${name.replace("127", "1?7")} ${key}`, "ok"],
  ["a wildcard with the host taken out", (name, key) => `*,!${name} ${key}`, "unknown"],
  ["the host on another port", (_, key) => `[127.0.0.1]:1 ${key}`, "unknown"],
  ["the host on the usual port", (_, key) => `127.0.0.1 ${key}`, "unknown"],
  [
    "several keys, the last of them right",
    (name, key) => `${name} ${publicKeyOf(newKey())}\n${name} ${key}`,
    "ok",
  ],
  ["a revoked key", (name, key) => `@revoked * ${key}\n${name} ${key}`, "refused"],
  ["an authority for certificates", (name, key) => `@cert-authority ${name} ${key}`, "unknown"],
  ["comments, empty lines and Windows line ends", (name, key) => `# a\r\n\r\n  \r\n${name} ${key}\r\n`, "ok"],
  ["a line commented out", (name, key) => `#${name} ${key}`, "unknown"],
])("known_hosts with %s", async (_, line, expected) => {
  const { server, connect } = await place();
  const knownHosts = await file(
    "known_hosts",
    line(`[127.0.0.1]:${server.port}`, publicKeyOf(server.hostKey)),
  );
  const listing = connect({ hostKey: { knownHosts } }).list("/");
  if (expected === "ok") expect((await listing).complete).toBe(true);
  else await failure(listing, expected === "unknown" ? "config" : "auth");
});

test("of a server's several keys the known one is asked for", async () => {
  const { private: rsa } = ssh2.utils.generateKeyPairSync("rsa", { bits: 2048 });
  const { private: ecdsa } = ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 });
  const tree = new RemoteTree();
  for (const known of [rsa, ecdsa]) {
    const server = await new SftpServer({ tree, hostKeys: [newKey(), ecdsa, rsa] }).start();
    onTestFinished(() => server.stop());
    const knownHosts = await file("known_hosts", `[127.0.0.1]:${server.port} ${publicKeyOf(known)}\n`);
    const transport = new SftpTransport({ ...login(server), hostKey: { knownHosts } });
    onTestFinished(() => transport.close());
    expect((await transport.list("/")).complete).toBe(true);
  }
});

test("a pinned fingerprint lets its key in and no other", async () => {
  const { server, connect } = await place();
  const right = fingerprintOf(server.hostKey);
  const wrong = fingerprintOf(newKey());
  expect((await connect({ hostKey: { fingerprint: right } }).list("/")).complete).toBe(true);
  const error = await failure(connect({ hostKey: { fingerprint: wrong } }).list("/"), "auth");
  expect(error.detail).toContain(right);
  expect(error.detail).toContain(wrong);
});

test("fingerprints are written as ssh-keygen writes them", async () => {
  const { server, connect } = await place();
  const knownHosts = await file("known_hosts", "");
  const publicKey = await file("key.pub", publicKeyOf(server.hostKey));
  const printed = execFileSync("ssh-keygen", ["-lf", publicKey], { encoding: "utf8" }).split(" ")[1]!;
  expect((await failure(connect({ hostKey: { knownHosts } }).list("/"), "config")).detail).toContain(printed);
  expect(readFileSync(publicKey, "utf8")).toContain("ssh-ed25519");
});

const BASE = { host: "h", user: "u", password: "p" };
test.each([
  ["no way to log in", { host: "h", user: "u" }],
  ["no host", { ...BASE, host: "" }],
  ["no user", { ...BASE, user: "" }],
  ["a port out of range", { ...BASE, port: 70_000 }],
  ["a broken fingerprint", { ...BASE, hostKey: { fingerprint: "MD5:aa:bb" } }],
  ["an empty hostKey", { ...BASE, hostKey: {} as { acceptAnything: true } }],
  ["two ways to check the key", { ...BASE, hostKey: { knownHosts: true, acceptAnything: true } as const }],
  [
    "a check that is switched off",
    { ...BASE, hostKey: { acceptAnything: false } as unknown as { acceptAnything: true } },
  ],
  ["no connections", { ...BASE, connections: 0 }],
  ["a jump host without a login", { ...BASE, jump: { host: "j", user: "u" } }],
])("%s is refused at once", (_, options) => {
  expect(() => new SftpTransport(options)).toThrow(expect.objectContaining({ kind: "config" }));
});
