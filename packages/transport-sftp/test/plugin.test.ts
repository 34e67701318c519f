import { HostBudget, HostHealth, SystemClock, TransportToken } from "@daybook/core";
import { sftpTransport } from "@daybook/transport-sftp";
import { expect, onTestFinished, test } from "vitest";
import { login, place } from "./support/place.js";

test("the plugin makes a transport on the budget it is handed", async () => {
  const { tree, server } = await place();
  tree.put("/a", "x");
  const asked: unknown[] = [];
  const budget = new HostBudget({ connections: 3 });
  const plugin = sftpTransport({ ...login(server), connections: 3 });
  const transport = plugin.create({
    clock: new SystemClock(),
    budget: (...args) => (asked.push(args), budget),
    limited: (it) => it,
    health: () => new HostHealth(),
  });
  onTestFinished(() => transport.close());

  expect(plugin).toMatchObject({ name: "sftp", provides: TransportToken });
  expect(asked).toEqual([[`sftp://127.0.0.1:${server.port}`, 3]]);
  expect((await transport.list("/")).entries).toHaveLength(1);
  expect(budget.open).toBe(1);
  expect(transport.capabilities).toEqual({
    endpoint: `sftp://127.0.0.1:${server.port}`,
    modifiedAt: "second",
    resume: true,
    parallelism: 96,
  });
});

test("plugins with the same options share a key, whatever their order, and others don't", () => {
  const a = sftpTransport({ host: "h", user: "u", password: "p", hostKey: { acceptAnything: true } });
  const b = sftpTransport({ hostKey: { acceptAnything: true }, password: "p", user: "u", host: "h" });
  const c = sftpTransport({ host: "h", user: "u", password: "q", hostKey: { acceptAnything: true } });
  const d = sftpTransport({
    host: "h",
    user: "u",
    privateKey: Buffer.from("p"),
    hostKey: { acceptAnything: true },
  });
  expect(a.key).toBe(b.key);
  expect(new Set([a.key, c.key, d.key]).size).toBe(3);
});

test("options that can't work are refused where the plugin is written", () => {
  expect(() => sftpTransport({ host: "h", user: "u" })).toThrow(expect.objectContaining({ kind: "config" }));
});
