import { DaybookError, failoverTransport, TransportToken, type Plugin, type Transport } from "@daybook/core";
import { MemoryTransport, RemoteTree } from "@daybook/testing";
import { expect, test } from "vitest";
import { place, sourceOf } from "./support/place.js";
import { yearLayout } from "../tools/year.mjs";

const DOWN = new DaybookError("network", "no route to host", { operation: "connect" });
const range = { start: new Date("2025-01-01T00:00Z"), end: new Date("2025-01-01T03:00Z") };

/** A source on two hosts that show the same tree. */
async function onTwoHosts() {
  const tree = new RemoteTree();
  for (const { path, start } of yearLayout("RMA1").slots(range))
    tree.put(`${path}/RMA1_${start.toISOString().replace(/[-:]|\.\d+/g, "")}.BUFR`, Buffer.from("a"), start);
  const [first, second] = ["a", "b"].map(
    (name) => new MemoryTransport({ tree, endpoint: `ftp://${name}:21` }),
  );
  const hosts = [first!, second!].map((transport): Plugin<Transport> => ({
    name: "host",
    provides: TransportToken,
    create: () => transport,
  }));
  const plugins = [failoverTransport({ hosts, trust: "any" })];
  const there = await place({ fill: false, sources: [{ ...sourceOf("RMA1", range), plugins }] });
  return { ...there, first: first! };
}

interface Overview {
  answers: { verdict: string; headline: string; details: string[] }[];
  sources: { hosts?: { endpoint: string; used: boolean; down?: { detail: string; since: string } }[] }[];
}

test("a host that is down is shown with the one that is asked instead, since when and why", async () => {
  const { daybook, json, get, first } = await onTwoHosts();
  first.faults = { onList: () => ({ fail: DOWN }) };
  const began = new Date().toISOString();
  await daybook.run({ once: true });
  const { answers, sources } = await json<Overview>("/api/v1/overview");
  expect(sources[0]!.hosts).toMatchObject([
    { endpoint: "ftp://a:21", used: false, down: { kind: "network", detail: "no route to host" } },
    { endpoint: "ftp://b:21", used: true },
  ]);
  const { since } = sources[0]!.hosts![0]!.down!;
  expect(since >= began && since <= new Date().toISOString()).toBe(true);
  expect(answers[2]).toMatchObject({
    verdict: "watch",
    headline: "ftp://a:21 is down, and ftp://b:21 is asked instead",
  });
  const metrics = await (await get("/metrics")).text();
  expect(metrics).toContain('daybook_source_host_up{source="RMA1",host="ftp://a:21"} 0\n');
  expect(metrics).toContain('daybook_source_host_used{source="RMA1",host="ftp://b:21"} 1\n');
});

test("which host is asked isn't told by a process that asks none", async () => {
  const { json, get } = await onTwoHosts();
  const { sources } = await json<Overview>("/api/v1/overview");
  expect(sources[0]!.hosts).toBeUndefined();
  expect(await (await get("/metrics")).text()).not.toMatch(/^daybook_source_host_\w+\{/m);
});
