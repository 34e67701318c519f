import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { template } from "@daybook/core";
import { sampleBufr } from "@daybook/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWithPostgres } from "../packages/store-postgres/test/support/postgres.js";
import { startOpenSsh, whyNoOpenSsh, type OpenSsh } from "./servers/openssh.js";
import { daybook, start } from "./support/command.js";
import { hashes } from "./support/trees.js";

const NAME = "RMA1_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";

let home: string;
let sshd: OpenSsh | undefined;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "daybook-mirror-"));
  if (whyNoOpenSsh() === undefined) sshd = await startOpenSsh();
});
afterEach(async () => {
  await sshd?.stop();
  sshd = undefined;
  rmSync(home, { recursive: true, force: true });
});

/** A few hours on the server; the template of their places. */
function publish(files: number, bytes: number): string {
  const layout = template(`${home}/server/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/${NAME}`);
  for (let i = 0; i < files; i++) {
    const observedAt = new Date(Date.UTC(2025, 0, 1, i % 3, (i * 5) % 60, i % 60));
    const attributes = { strategy: "0315", volume: "01", field: `F${String.fromCharCode(65 + (i % 26))}` };
    const path = layout.format({ observedAt, attributes });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, sampleBufr({ bytes, seed: i }));
    const modified = new Date(observedAt.getTime() + 60_000);
    utimesSync(path, modified, modified);
  }
  return layout.text;
}

function config(server: OpenSsh, database: { url: string; schema: string }, layout: string): string {
  writeFileSync(join(home, "key"), server.privateKey, { mode: 0o600 });
  const file = join(home, "daybook.yaml");
  const transport = {
    use: "sftp",
    host: "127.0.0.1",
    port: server.port,
    user: server.user,
    private_key_file: "key",
    host_key: { known_hosts: server.knownHosts },
  };
  const all = {
    state: { use: "postgres", url: database.url, schema: database.schema },
    destination: { use: "local", path: "downloads" },
    sources: [
      {
        name: "RMA1",
        transport,
        layout,
        start: "2025-01-01T00:00:00Z",
        end: "2025-01-01T03:00:00Z",
        inspect: ["bufr"],
      },
    ],
  };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(all, undefined, 2));
  return file;
}

await describeWithPostgres("a radar archive on OpenSSH, with its ledger in PostgreSQL", (postgres) => {
  it("comes home identical, and a second run fetches nothing", async ({ skip }) => {
    if (sshd === undefined) return skip("no sshd");
    const layout = publish(60, 4_000);
    const file = config(sshd, { url: postgres.url(), schema: postgres.freshSchema() }, layout);
    const first = await daybook("run", "-c", file);
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(hashes(join(home, "downloads/RMA1"))).toEqual(hashes(join(home, "server")));
    expect(await daybook("verify", "-c", file)).toMatchObject({ code: 0 });
    const second = await daybook("run", "-c", file);
    expect(second).toMatchObject({ code: 0 });
    expect(second.stdout + second.stderr).toMatch(/0 files fetched|nothing new/);
  });

  it("loses nothing when PostgreSQL is restarted in the middle of the crawl", async ({ skip }) => {
    if (sshd === undefined) return skip("no sshd");
    const layout = publish(300, 200_000);
    const schema = postgres.freshSchema();
    const file = config(sshd, { url: postgres.url(), schema }, layout);
    const sql = postgres.sql();
    const stored = async (): Promise<number> => {
      const found = await sql
        .query<{ n: string }>(`SELECT count(*) AS n FROM "${schema}".files WHERE stored_at IS NOT NULL`)
        .catch(() => ({ rows: [{ n: "0" }] }));
      return Number(found.rows[0]!.n);
    };
    const { ended } = start(["run", "-c", file]);
    let over = false;
    void ended.then(() => (over = true));
    while (!over && (await stored()) === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    await postgres.stop();
    await postgres.start();
    const ran = await ended;
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(hashes(join(home, "downloads/RMA1"))).toEqual(hashes(join(home, "server")));
    expect(await stored()).toBe(300);
    expect(await daybook("verify", "-c", file)).toMatchObject({ code: 0 });
  }, 60_000);
});
