import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { SftpTransportOptions } from "@daybook/transport-sftp";
import { SftpTransport } from "@daybook/transport-sftp";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { OpenSsh, OpenSshOptions } from "./servers/openssh.js";
import { startOpenSsh, whyNoOpenSsh } from "./servers/openssh.js";

async function digest(stream: Readable): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe.skipIf(whyNoOpenSsh())("SFTP from OpenSSH", () => {
  let sshd: OpenSsh;
  let root: string;

  beforeAll(async () => {
    sshd = await startOpenSsh();
    root = mkdtempSync(join(tmpdir(), "daybook-sftp-root-"));
  });

  afterAll(async () => {
    await sshd?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  function transport(options: Partial<SftpTransportOptions> = {}, server = sshd): SftpTransport {
    const { port, user, privateKey, knownHosts } = server;
    const made = new SftpTransport({
      ...{ host: "127.0.0.1", port, user, privateKey, hostKey: { knownHosts } },
      ...options,
    });
    onTestFinished(() => made.close());
    return made;
  }

  async function other(options: OpenSshOptions): Promise<OpenSsh> {
    const server = await startOpenSsh(options);
    onTestFinished(() => server.stop());
    return server;
  }

  function folder(): string {
    return mkdtempSync(join(root, "t-"));
  }

  test("listing, size, time and bytes agree with what is on disk", async () => {
    const at = folder();
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 251));
    writeFileSync(join(at, "a.BUFR"), bytes);
    mkdirSync(join(at, "sub"));
    symlinkSync("a.BUFR", join(at, "link"));
    const modifiedAt = new Date("2025-01-01T18:30:20Z");
    utimesSync(join(at, "a.BUFR"), modifiedAt, modifiedAt);
    const sftp = transport();

    const { entries, complete } = await sftp.list(at);

    expect(complete).toBe(true);
    expect(entries).toContainEqual({ name: "a.BUFR", type: "file", size: bytes.length, modifiedAt });
    expect(Object.fromEntries(entries.map(({ name, type }) => [name, type]))).toEqual({
      "a.BUFR": "file",
      sub: "directory",
      link: "link",
    });
    for (const options of [
      { size: bytes.length },
      {},
      { start: 99_999 },
      { start: 50_000, size: bytes.length },
    ]) {
      const stream = await sftp.read(`${at}/a.BUFR`, options);
      expect(await digest(stream)).toBe(digestOf(bytes.subarray(options.start ?? 0)));
    }
  });

  test("what isn't there, isn't a directory or isn't a file is not found", async () => {
    const at = folder();
    writeFileSync(join(at, "a"), "x");
    const sftp = transport();
    await expect(sftp.list(`${at}/gone`)).rejects.toMatchObject({ kind: "not-found", operation: "list" });
    await expect(sftp.list(`${at}/a`)).rejects.toMatchObject({ kind: "not-found" });
    await expect(sftp.read(`${at}/gone`)).rejects.toMatchObject({ kind: "not-found", operation: "read" });
    await expect(sftp.read(at)).rejects.toMatchObject({ kind: "not-found" });
    expect(await sftp.list(mkdtempSync(join(at, "empty-")))).toEqual({ entries: [], complete: true });
  });

  test("a thousand entries come once each with many requests under way", async () => {
    const at = folder();
    const names = Array.from({ length: 1050 }, (_, i) => `f${i}`).sort();
    for (const name of names) writeFileSync(join(at, name), "");
    const { entries } = await transport({ listingDepth: 16 }).list(at);
    expect(entries.map(({ name }) => name).sort()).toEqual(names);
  });

  test("a large file arrives whole while the server renews its keys", async () => {
    const server = await other({ config: ["RekeyLimit 4M"] });
    const bytes = Buffer.alloc(30_000_000);
    for (let i = 0; i < bytes.length; i += 4096) bytes.writeUInt32LE(i, i);
    const path = join(folder(), "large");
    writeFileSync(path, bytes);
    const stream = await transport({}, server).read(path, { size: bytes.length });
    expect(await digest(stream)).toBe(digestOf(bytes));
  });

  test("a file that shrinks or grows while it is read is not accepted", async () => {
    const at = folder();
    writeFileSync(join(at, "f"), Buffer.alloc(100_000));
    const sftp = transport();
    truncateSync(join(at, "f"), 60_000);
    const read = () => sftp.read(`${at}/f`, { size: 100_000 }).then(digest);
    await expect(read()).rejects.toMatchObject({ kind: "cut-short" });
    writeFileSync(join(at, "f"), Buffer.alloc(100_001));
    await expect(read()).rejects.toMatchObject({ kind: "changed" });
  });

  test("many small files share two connections", async () => {
    const at = folder();
    const paths = Array.from({ length: 200 }, (_, i) => `${at}/f${i}`);
    for (const [i, path] of paths.entries()) writeFileSync(path, Buffer.alloc(20_000, i));
    const sftp = transport();
    const digests = await Promise.all(
      paths.map(async (path) => digest(await sftp.read(path, { size: 20_000 }))),
    );
    expect(digests).toEqual(paths.map((_, i) => digestOf(Buffer.alloc(20_000, i))));
  });

  test("a connection the server ended while it lay idle is replaced", async () => {
    const at = folder();
    const server = await other({});
    const sftp = transport({}, server);
    await sftp.list(at);
    await server.endConnections();
    expect((await sftp.list(at)).complete).toBe(true);
  });

  test("a refused key says so", async () => {
    const stranger = await other({});
    const sftp = transport({ privateKey: stranger.privateKey });
    await expect(sftp.list("/")).rejects.toMatchObject({
      kind: "auth",
      detail: expect.stringContaining("with the private key (the server takes publickey)"),
    });
  });

  test("the key's fingerprint is the one ssh-keygen prints", async () => {
    const sftp = transport({ hostKey: { fingerprint: sshd.fingerprint } });
    expect((await sftp.list(folder())).complete).toBe(true);
  });

  test("the command in the refusal of an unknown key makes it known", async () => {
    const knownHosts = join(folder(), "known_hosts");
    const sftp = transport({ hostKey: { knownHosts } });
    const refusal = await sftp.list("/").catch((error: { detail: string }) => error.detail);
    const command = /ssh-keyscan .*$/.exec(String(refusal))![0];
    execFileSync("sh", ["-c", command], { stdio: ["ignore", "ignore", "ignore"] });
    expect((await sftp.list(folder())).complete).toBe(true);
  });

  test("a server that is full for now is busy", async () => {
    // With one connection that never logs in, the next is over the limit.
    const server = await other({ config: ["MaxStartups 1:100:1"] });
    const lurker = connect(server.port, "127.0.0.1");
    onTestFinished(() => void lurker.destroy());
    await once(lurker, "data");
    await expect(transport({}, server).list("/")).rejects.toMatchObject({ kind: "busy" });
  });

  test.each([
    ["kex", "KexAlgorithms diffie-hellman-group14-sha1", "diffie-hellman-group14-sha1"],
    ["kex", "KexAlgorithms diffie-hellman-group1-sha1", "diffie-hellman-group1-sha1"],
    ["cipher", "Ciphers aes128-cbc,3des-cbc", "aes128-cbc"],
    ["hmac", "MACs hmac-md5", "hmac-md5"],
  ] as const)(
    "an old server's %s is refused with what to set, and works with that: %s",
    async (kind, line, name) => {
      // A cipher that checks itself needs no MAC.
      const server = await other({ config: [line, ...(kind === "hmac" ? ["Ciphers aes128-ctr"] : [])] });
      const refusal = await transport({}, server)
        .list("/")
        .catch((error: { kind: string; detail: string }) => error);
      expect(refusal).toMatchObject({ kind: "unsupported" });
      const { detail } = refusal as { detail: string };
      expect(detail).toContain(`algorithms.${kind}.append`);
      expect(detail).toContain("legacy: true");
      expect(detail).toContain(name);
      expect((await transport({ algorithms: { legacy: true } }, server).list(folder())).complete).toBe(true);
      const named = transport({ algorithms: { [kind]: { append: [name] } } }, server);
      expect((await named.list(folder())).complete).toBe(true);
      const without = transport(
        { algorithms: { legacy: true, [kind]: { remove: [name, "3des-cbc"] } } },
        server,
      );
      await expect(without.list("/")).rejects.toMatchObject({ kind: "unsupported" });
    },
  );

  test.each([true, false])(
    "a server that gives each connection one session is enough, with pipelining %s",
    async (pipelining) => {
      const server = await other({ config: ["MaxSessions 1"] });
      const root = folder();
      writeFileSync(join(root, "a"), "abc");
      const sftp = transport({ pipelining, connections: 1 }, server);
      expect((await sftp.list(root)).entries).toMatchObject([{ name: "a", size: 3 }]);
      expect(await text(await sftp.read(join(root, "a"), { size: 3 }))).toBe("abc");
      expect(await sftp.stat(join(root, "a"))).toMatchObject({ type: "file", size: 3 });
      await expect(sftp.read(root)).rejects.toMatchObject({ kind: "not-found" });
      const home = transport({ pipelining, home: true }, server);
      expect((await home.list("/")).complete).toBe(true);
    },
  );

  test("files are told apart and read by the bytes of their names, whatever those are in", async () => {
    const root = folder();
    const at = (name: Buffer) => Buffer.concat([Buffer.from(`${root}/`), name]);
    const latin1 = (name: string) => Buffer.from(name, "latin1");
    const names = [
      latin1("caf\xe9"),
      latin1("caf\xe8"),
      Buffer.from("café"),
      Buffer.from("caf‛E9"),
      latin1("\xff"),
    ];
    for (const name of names) writeFileSync(at(name), name);
    mkdirSync(at(latin1("d\xfc")));
    writeFileSync(at(latin1("d\xfc/\xe4")), "inside");

    const sftp = transport();
    const listed = (await sftp.list(root)).entries.filter(({ type }) => type === "file");
    expect(new Set(listed.map(({ name }) => name))).toEqual(
      new Set(["caf‛E9", "caf‛E8", "café", "caf‛E2‛80‛9BE9", "‛FF"]),
    );
    const contents = listed.map(async ({ name, size }) =>
      digest(await sftp.read(`${root}/${name}`, { size })),
    );
    expect(new Set(await Promise.all(contents))).toEqual(new Set(names.map(digestOf)));
    expect(await sftp.stat(`${root}/caf‛E8`)).toMatchObject({ type: "file", size: 4 });
    expect((await sftp.list(`${root}/d‛FC`)).entries).toMatchObject([{ name: "‛E4", size: 6 }]);

    const inLatin1 = transport({ encoding: "latin1" });
    const second = (await inLatin1.list(root)).entries.map(({ name }) => name);
    expect(second).toEqual(expect.arrayContaining(["café", "cafè", "cafÃ©", "ÿ", "dü"]));
    expect(await text(await inLatin1.read(`${root}/dü/ä`))).toBe("inside");
    expect(await digest(await inLatin1.read(`${root}/cafè`))).toBe(digestOf(names[1]!));
  });

  test("one request at a time, names that aren't UTF-8 are told as unreadable", async () => {
    const root = folder();
    writeFileSync(join(root, "café"), "x");
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from("caf\xe9", "latin1")]), "y");
    const sftp = transport({ pipelining: false });
    const { entries, unreadable } = await sftp.list(root);
    expect(entries).toMatchObject([{ name: "café" }]);
    expect(unreadable).toEqual([expect.stringContaining("isn't UTF-8")]);
    expect(await text(await sftp.read(join(root, "café")))).toBe("x");
    await expect(sftp.read(join(root, "caf‛E9"))).rejects.toMatchObject({ kind: "unsupported" });
  });

  test("links are told as links, and stat tells what they lead to", async () => {
    const root = folder();
    writeFileSync(join(root, "a"), "abc");
    symlinkSync("a", join(root, "to-file"));
    symlinkSync(".", join(root, "to-folder"));
    symlinkSync("gone", join(root, "to-nothing"));
    const sftp = transport();
    const { entries } = await sftp.list(root);
    expect(Object.fromEntries(entries.map(({ name, type }) => [name, type]))).toEqual({
      a: "file",
      "to-file": "link",
      "to-folder": "link",
      "to-nothing": "link",
    });
    expect(await sftp.stat(join(root, "to-file"))).toMatchObject({ type: "file", size: 3 });
    expect(await sftp.stat(join(root, "to-folder"))).toMatchObject({ type: "directory" });
    await expect(sftp.stat(join(root, "to-nothing"))).rejects.toMatchObject({ kind: "not-found" });
  });

  test("a server without sessions or without SFTP is told from one that is down", async () => {
    const full = await other({ config: ["MaxSessions 0"] });
    await expect(transport({}, full).list("/")).rejects.toMatchObject({ kind: "busy" });
    const shell = await other({ config: ["ForceCommand /bin/false"] });
    await expect(transport({}, shell).list("/")).rejects.toMatchObject({ kind: "unsupported" });
  });

  test("goes through a jump host", async () => {
    const at = folder();
    writeFileSync(join(at, "f"), "through");
    const { port, user, privateKey, knownHosts } = await other({});
    const sftp = transport({ jump: { host: "127.0.0.1", port, user, privateKey, hostKey: { knownHosts } } });
    expect(await digest(await sftp.read(`${at}/f`))).toBe(digestOf(Buffer.from("through")));
  });

  test("a jump host that is refused, or can't get on, says which of the two it was", async () => {
    const { port, user, privateKey, knownHosts, fingerprint } = await other({});
    const jump = { host: "127.0.0.1", port, user, privateKey, hostKey: { knownHosts } };
    const strange = transport({ jump: { ...jump, hostKey: { fingerprint: sshd.fingerprint } } });
    await expect(strange.list("/")).rejects.toMatchObject({
      kind: "auth",
      detail: expect.stringContaining(fingerprint),
    });
    await expect(transport({ port: 1, jump }).list("/")).rejects.toMatchObject({
      kind: "network",
      detail: expect.stringContaining("could not connect on to 127.0.0.1:1"),
    });
  });
});
