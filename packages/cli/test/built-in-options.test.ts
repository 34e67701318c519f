import { writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { loadConfig } from "daybook";
import { expect, test } from "vitest";
import { temporaryFolder, writeConfig } from "./workspace.js";

/** The key of a plugin is made of all its options: what it shows has arrived. */
async function keysOf(
  transport: string,
  state = "{ use: memory }",
): Promise<{ transport: string; state: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "secret"), "from a file\n");
  const file = await writeConfig(
    `state: ${state}
destination: { use: local, path: d }
sources:
  - name: A
    transport: ${transport}
    layout: /{yyyy}/{MM}/{name}.BUFR
    start: 2025-01-01T00:00Z
`,
    folder,
  );
  const { options, problems } = await loadConfig(file);
  expect(problems).toBeUndefined();
  const shown = (key = "") => key.replaceAll(JSON.stringify(folder + sep).slice(1, -1), "FOLDER/");
  return { transport: shown(options!.sources[0]!.plugins[0]!.key), state: shown(options!.plugins[0]!.key) };
}

const ftpKey = async (transport: string) => {
  const key = (await keysOf(transport)).transport;
  return JSON.parse(key.slice(key.indexOf("{"))) as unknown;
};

test("every option of ftp reaches the adapter under its own name", async () => {
  const given = await ftpKey(
    `{ use: ftp, host: h, port: "2121", user: u, password_file: ./secret, secure: implicit, connections: 3, timeout: 5s,
      encoding: latin1,
      force_pasv: true, allow_separate_transfer_host: "true", trust_listings: true, min_rate: 7, account: a,
      login_commands: [SITE LISTFMT 1],
      tls: { reject_unauthorized: false, key_file: secret, servername: s, min_version: TLSv1.3, ciphers: c,
        fingerprint: "${"ab".repeat(32)}" } }`,
  );
  expect(given).toEqual({
    host: "h",
    port: 2121,
    user: "u",
    // Read anew at each log-in.
    password: { read: expect.any(Number) },
    home: false,
    secure: "implicit",
    connections: 3,
    timeout: 5000,
    encoding: "latin1",
    forcePasv: true,
    allowSeparateTransferHost: true,
    trustListings: true,
    minRate: 7,
    account: "a",
    loginCommands: ["SITE LISTFMT 1"],
    tls: {
      ...{
        rejectUnauthorized: false,
        key: "from a file",
        servername: "s",
        minVersion: "TLSv1.3",
        ciphers: "c",
      },
      fingerprint: "ab".repeat(32),
    },
  });
});

test("ftp without options but the host has the adapter's own defaults", async () => {
  expect(await ftpKey("{ use: ftp, host: h }")).toMatchObject({
    port: 21,
    user: "anonymous",
    connections: 5,
  });
});

test("every option of sftp reaches the adapter under its own name", async () => {
  const { transport } = await keysOf(
    `{ use: sftp, host: h, port: 2222, user: u, private_key_file: secret, passphrase_file: secret, agent: ./agent,
      host_key: { known_hosts: ./hosts }, connections: 3, files_per_connection: 4, timeout: 5s, keepalive: 6s,
      pipelining: false, listing_depth: 7,
      jump: { host: j, user: v, password_file: secret, host_key: { accept_anything: true } } }`,
  );
  const read = (value: unknown): unknown =>
    Array.isArray(value) ? Object.fromEntries(value.map(([name, inner]) => [name, read(inner)])) : value;
  expect(read(JSON.parse(transport))).toEqual({
    host: "h",
    port: 2222,
    user: "u",
    privateKey: "from a file",
    passphrase: "from a file",
    agent: "./agent",
    hostKey: { knownHosts: "FOLDER/hosts" },
    connections: 3,
    filesPerConnection: 4,
    timeout: 5000,
    keepalive: 6000,
    pipelining: false,
    listingDepth: 7,
    jump: { host: "j", port: 22, user: "v", password: "from a file", hostKey: { acceptAnything: true } },
  });
});

test("the encoding of names reaches sftp", async () => {
  const { transport } = await keysOf(
    "{ use: sftp, host: h, user: u, password: p, host_key: { accept_anything: true }, encoding: latin1 }",
  );
  expect(JSON.parse(transport)).toContainEqual(["encoding", "latin1"]);
});

test("every option of failover, and of the hosts in it, reaches the adapters", async () => {
  const { transport } = await keysOf(
    `{ use: failover, trust: any, times: ignore,
      hosts: [{ use: ftp, host: h, password_file: secret }, { use: ftp, host: i, connections: "2", root: /pub/L2 }] }`,
  );
  const [order, trust, times, keys] = JSON.parse(transport.slice(transport.indexOf("["))) as string[];
  expect([order, trust, times]).toEqual(["priority", "any", "ignore"]);
  const hosts = [...keys!].map(
    (key) => JSON.parse(key.slice(key.indexOf("{"), key.lastIndexOf("}") + 1)) as unknown,
  );
  expect(keys![1]).toMatch(/ below \/pub\/L2$/);
  expect(hosts).toMatchObject([
    { host: "h", password: { read: expect.any(Number) } },
    { host: "i", connections: 2 },
  ]);
});

test("every option of postgres reaches the adapter under its own name", async () => {
  const single = `{ use: postgres, host: h, port: 5433, user: u, password_file: secret, database: d, ssl: true,
    connections: 3, schema: s, reconnect_for: 5s }`;
  expect(JSON.parse((await keysOf("{ use: ftp, host: h }", single)).state)).toEqual({
    host: "h",
    port: 5433,
    user: "u",
    password: "from a file",
    database: "d",
    ssl: true,
    max: 3,
    schema: "s",
    reconnectFor: 5000,
  });
  const url = await keysOf("{ use: ftp, host: h }", "{ use: postgres, url_file: ./secret }");
  expect(JSON.parse(url.state)).toEqual({ connectionString: "from a file" });
});

test.each(["sqlite", "json", "memory"])("a ledger in %s needs no options", async (use) => {
  await expect(keysOf("{ use: ftp, host: h }", `{ use: ${use} }`)).resolves.toBeDefined();
});
