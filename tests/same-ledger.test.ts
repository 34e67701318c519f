import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createDaybook,
  localDestination,
  RADAR_TEMPLATE,
  StateStoreToken,
  template,
  type FileRecord,
  type Plugin,
  type SlotRecord,
  type StateStore,
  type Transport,
} from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";
import { ftpTransport } from "@daybook/transport-ftp";
import { sftpTransport } from "@daybook/transport-sftp";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RealFtpKind } from "./servers/ftp-process.js";
import { startOpenSsh, whyNoOpenSsh } from "./servers/openssh.js";
import { proftpdSftp } from "./servers/proftpd-sftp.js";
import { proftpd } from "./servers/proftpd.js";
import { pureFtpd } from "./servers/pure-ftpd.js";
import { pyftpdlib } from "./servers/pyftpdlib.js";
import { vsftpd } from "./servers/vsftpd.js";
import { temporaryFolder } from "./support/in-process.js";
import { HOURS, randomTree, START } from "./support/random-tree.js";
import { hashes } from "./support/trees.js";

const HOUR = 3_600_000;
const seed = Number(process.env.DAYBOOK_SEED ?? Date.now() % 2 ** 31);
const tree = randomTree(seed);
/** The tree is days old, so that listings show minutes, and no day or hour of the listing is this one. */
const shift = Math.floor(Date.now() / HOUR) * HOUR - 72 * HOUR - START;

/** Puts the tree into a folder that everybody may read. */
function serve(root: string, directory = "/L2"): void {
  mkdirSync(join(root, directory), { mode: 0o755 });
  for (const { name, type, modifiedAt } of tree.entries(directory)!) {
    const path = `${directory}/${name}`;
    if (type === "directory") {
      serve(root, path);
      continue;
    }
    const time = new Date(Math.floor((modifiedAt!.getTime() + shift) / 60_000) * 60_000);
    writeFileSync(join(root, path), tree.bytes(path)!);
    utimesSync(join(root, path), time, time);
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** All but when it happened here, where the server keeps its tree, and in which order it lists it. */
function comparable(root: string, record: FileRecord | SlotRecord): object {
  const { firstSeenAt, storedAt, visitedAt, listedAt, selection, skipped, ...rest } = record as FileRecord &
    SlotRecord;
  const when = [firstSeenAt, storedAt, visitedAt, listedAt, selection].map((value) => value !== undefined);
  const all = { ...rest, when, skipped: skipped && [skipped.count, ...[...skipped.names].sort()] };
  return JSON.parse(JSON.stringify(all).replaceAll(`${root}/L2`, "/L2")) as object;
}

async function crawl(transport: Plugin<Transport>, root: string) {
  const folder = temporaryFolder();
  const { create, ...plugin } = sqliteStore({ path: join(folder, "state.db") });
  let ledger!: StateStore;
  const daybook = createDaybook({
    plugins: [
      { ...plugin, provides: StateStoreToken, create: (deps) => (ledger = create(deps)) },
      localDestination({ path: join(folder, "downloads"), sync: false }),
    ],
    sources: [
      {
        name: "RMA1",
        plugins: [transport],
        layout: template(`${root}${RADAR_TEMPLATE}`, { radar: "RMA1" }),
        start: new Date(START),
        end: new Date(START + HOURS * HOUR),
      },
    ],
  });
  onTestFinished(() => daybook.close());
  const { outcome } = await daybook.run();
  const gaps = await collect(daybook.gaps());
  const files = await collect(ledger.find({ source: "RMA1" }));
  const slots = await collect(ledger.slots("RMA1", { start: new Date(0) }));
  return {
    outcome,
    gaps: gaps.map(({ kind, start }) => ({ kind, start: start?.toISOString() })),
    files: files.map((file) => comparable(root, file)),
    slots: slots.map((slot) => comparable(root, slot)),
    home: hashes(join(folder, "downloads")),
  };
}

interface Served {
  /** What stands before the tree's paths at the server. */
  readonly path: string;
  readonly transport: Plugin<Transport>;
}

async function overFtp(kind: RealFtpKind): Promise<Served> {
  const server = await kind.start();
  onTestFinished(() => server.stop());
  serve(server.root);
  const { host, port, user, password, path } = server;
  return { path, transport: ftpTransport({ host, port, user, password }) };
}

async function overOpenSsh(): Promise<Served> {
  const server = await startOpenSsh();
  onTestFinished(() => server.stop());
  const path = temporaryFolder();
  serve(path);
  const { host, port, user, privateKey, knownHosts } = server;
  return { path, transport: sftpTransport({ host, port, user, privateKey, hostKey: { knownHosts } }) };
}

async function overModSftp(): Promise<Served> {
  const server = await proftpdSftp.start();
  onTestFinished(() => server.stop());
  serve(server.root);
  const { host, port, user, password, path } = server;
  return {
    path,
    transport: sftpTransport({ host, port, user, password, hostKey: { acceptAnything: true } }),
  };
}

const servers: Record<string, { readonly lacks: string | undefined; readonly start: () => Promise<Served> }> =
  {
    vsftpd: { lacks: vsftpd.whyNot(), start: () => overFtp(vsftpd) },
    ProFTPD: { lacks: proftpd.whyNot(), start: () => overFtp(proftpd) },
    "Pure-FTPd": { lacks: pureFtpd.whyNot(), start: () => overFtp(pureFtpd) },
    pyftpdlib: { lacks: pyftpdlib.whyNot(), start: () => overFtp(pyftpdlib) },
    OpenSSH: { lacks: whyNoOpenSsh(), start: overOpenSsh },
    "ProFTPD's mod_sftp": { lacks: proftpdSftp.whyNot(), start: overModSftp },
  };

describe(`a tree (DAYBOOK_SEED=${seed})`, () => {
  /** What the first server made of it. */
  let expected: Awaited<ReturnType<typeof crawl>> | undefined;

  test.for(Object.keys(servers))(
    "ends in the same files and the same ledger from %s",
    async (name, { skip }) => {
      const { lacks, start } = servers[name]!;
      if (lacks !== undefined) return skip(lacks);
      const { path, transport } = await start();
      const found = await crawl(transport, path);
      const wanted = tree.files().filter((file) => file.endsWith(".BUFR"));
      expect(found.home.size).toBe(wanted.length);
      expected ??= found;
      expect(found).toEqual(expected);
    },
  );
});
