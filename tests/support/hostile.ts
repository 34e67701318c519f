import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createDaybook,
  localDestination,
  memoryStore,
  type Daybook,
  type FileRecord,
  type PathLayout,
  type Plugin,
  type StateStore,
  type Transport,
} from "@daybook/core";
import { HOSTILE_NAMES, memoryTransport, type RemoteTree } from "@daybook/testing";
import { ftpTransport } from "@daybook/transport-ftp";
import { sftpTransport } from "@daybook/transport-sftp";
import { onTestFinished } from "vitest";
import { newKey, SftpServer } from "../../packages/transport-sftp/test/support/sftp-server.js";
import { LONG_AGO, serve, temporaryFolder } from "./in-process.js";

/** Long after which nothing is expected to change. */
export const MODIFIED = LONG_AGO;

/** What stands in a file of that name: no two have the same. */
/** A name as it is on disk: what can't be seen in it is written as in a URL. */
export const onDisk = (name: string): string =>
  name.replace(/[\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]/gu, encodeURIComponent);

export const contentOf = (name: string): string =>
  `content of ${HOSTILE_NAMES.findIndex((one) => one.name === name)}`;

/** Whether a server's own file system could hold it. */
export const canBeReal = (name: string): boolean =>
  name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);

/** A directory with every name there is: real files where there can be one, else lines of its listing alone. */
export function plantAll(tree: RemoteTree, directory: string): void {
  for (const { name } of HOSTILE_NAMES) {
    if (canBeReal(name)) tree.put(`${directory}/${name}`, contentOf(name), MODIFIED);
    else tree.plant(directory, { name, type: "file", size: 9, modifiedAt: MODIFIED });
  }
}

/** A directory of directories with every name there is, each with one file in it where it can be real. */
export function plantFolders(tree: RemoteTree, directory: string): void {
  for (const { name } of HOSTILE_NAMES) {
    if (canBeReal(name)) tree.put(`${directory}/${name}/scan.bufr`, contentOf(name), MODIFIED);
    else tree.plant(directory, { name, type: "directory", modifiedAt: MODIFIED });
  }
}

export type Wire = "memory" | "ftp by MLSD" | "ftp by LIST" | "sftp";
export const WIRES: readonly Wire[] = ["memory", "ftp by MLSD", "ftp by LIST", "sftp"];

/** A way to a tree that ends with the test. */
export async function reach(wire: Wire, tree: RemoteTree): Promise<Plugin<Transport>> {
  if (wire === "memory") return memoryTransport({ tree });
  if (wire === "sftp") {
    const server = await new SftpServer({ tree, hostKeys: [newKey()] }).start();
    onTestFinished(() => server.stop());
    const { port } = server;
    const hostKey = { acceptAnything: true } as const;
    return sftpTransport({ host: "127.0.0.1", port, user: "user", password: "secret", hostKey });
  }
  const { server } = await serve({ tree, style: wire === "ftp by LIST" ? "list" : "mlsd" });
  return ftpTransport({ host: server.host, port: server.port });
}

export interface Hostile {
  readonly daybook: Daybook;
  /** The destination; a folder of its own stands around it. */
  readonly downloads: string;
  /** Everything around the destination: names, inodes, contents. */
  around(): string[];
  files(): Promise<FileRecord[]>;
}

/** A source named "in" on a tree, with a destination in the middle of things that nobody may touch. */
export function mirror(
  transport: Plugin<Transport>,
  layout: PathLayout,
  options: { place?: string; store?: Plugin<StateStore> } = {},
): Hostile {
  const parent = temporaryFolder();
  const downloads = join(parent, "a/downloads");
  mkdirSync(join(downloads, ".daybook/parts"), { recursive: true });
  for (const name of ["evil", "a/evil", "a/put-in", "secret"])
    writeFileSync(join(parent, name), `my ${name}`);
  const daybook = createDaybook({
    plugins: [
      options.store ?? memoryStore(),
      localDestination({ path: downloads, sync: false, layout: options.place }),
    ],
    sources: [
      {
        name: "in",
        plugins: [transport],
        layout,
        start: "2025-01-01T00:00:00Z",
        maxAttempts: 1,
        ready: () => undefined,
      },
    ],
  });
  onTestFinished(() => daybook.close());
  return {
    daybook,
    downloads,
    around: () => everything(parent, downloads),
    async files() {
      const found: FileRecord[] = [];
      for await (const file of daybook.files()) found.push(file);
      return found;
    },
  };
}

/** Paths, kinds, inodes and contents of all below a folder, without what is in `except`. */
export function everything(folder: string, except?: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const { ino, mtimeMs } = lstatSync(path);
      if (path === except) return [`${path} ${ino}`];
      if (lstatSync(path).isDirectory()) return [`${path} ${ino}`, ...everything(path, except)];
      return [`${path} ${ino} ${mtimeMs} ${readFileSync(path, "utf8")}`];
    });
}
