import { DaybookError, MemoryStore, type Hook } from "@daybook/core";
import { expect, test } from "vitest";
import { place } from "./support/place.js";

interface Overview {
  hooks: { name: string; waiting: number; oldest?: string; down?: { detail: string; since: string } }[];
}

const hookOf = (name: string): Hook => ({
  name,
  on: ["gap"],
  target: { timeout: 1000, deliver: async () => undefined },
});

test("messages that wait for hooks are measured, and which hooks are down where this process delivers", async () => {
  const store = new MemoryStore();
  await store.open();
  const at = new Date("2025-01-02T03:04:05Z");
  for (const id of ["a", "b"])
    await store.record([{ kind: "message", message: { hook: "pager", id, key: id, at, body: "{}" } }]);
  const { live, get, json } = await place({ store, hooks: [hookOf("pager"), hookOf("mail")] });
  const hooks = async () => (await json<Overview>("/api/v1/overview")).hooks;
  const measured = async () =>
    [...(await (await get("/metrics")).text()).matchAll(/^daybook_hook_(.*)$/gm)].map(([, line]) => line);
  expect(await hooks()).toEqual([
    { name: "pager", waiting: 2, oldest: at.toISOString() },
    { name: "mail", waiting: 0 },
  ]);
  const waiting = ['waiting{hook="pager"} 2', 'waiting{hook="mail"} 0'];
  expect(await measured()).toEqual(waiting);

  const error = new DaybookError("network", "can't be reached: ECONNREFUSED");
  const about = { hook: "pager", source: "" as const, at };
  live.on({ type: "hook-down", ...about, error, since: at, nextTryAt: at, waiting: 2 });
  expect(await measured()).toEqual([...waiting, 'down{hook="pager"} 1', 'down{hook="mail"} 0']);
  expect((await hooks())[0]!.down).toEqual({
    kind: "network",
    detail: error.detail,
    since: at.toISOString(),
  });
  live.on({ type: "hook-recovered", ...about });
  expect((await measured())[2]).toBe('down{hook="pager"} 0');
  live.on({ type: "hook-down", ...about, error, since: at, nextTryAt: at, waiting: 2 });
  live.on({ type: "hook-left", ...about, waiting: 2 });
  expect((await measured())[2]).toBe('down{hook="pager"} 0');
});
