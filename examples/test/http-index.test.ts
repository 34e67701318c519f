import { RemoteTree, transportCases } from "@daybook/testing";
import type { TransportFixture } from "@daybook/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { HttpIndexTransport } from "../dist/http-index-transport.js";
import { AutoindexServer } from "./support/autoindex-server.js";
import { place, run } from "./support/run-example.js";

async function serve(style: "nginx" | "apache" = "nginx") {
  const tree = new RemoteTree();
  const server = new AutoindexServer({ tree, style });
  const url = await server.start();
  const transport = new HttpIndexTransport({ url, connections: 2 });
  onTestFinished(async () => {
    await transport.close();
    await server.stop();
  });
  return { tree, server, url, transport };
}

async function freshFixture(): Promise<TransportFixture> {
  const { tree, server, transport } = await serve();
  tree.makeDirectory("/pub");
  return {
    transport,
    root: "/pub",
    seed: async (files, emptyDirectories = []) => {
      for (const [name, bytes] of Object.entries(files)) tree.put(`/pub/${name}`, bytes);
      for (const name of emptyDirectories) tree.makeDirectory(`/pub/${name}`);
    },
    deny: async (name) => void server.denied.add(`/pub/${name}`),
    cut: async (name, bytes) => void server.cuts.set(`/pub/${name}`, bytes),
  };
}

const cases = transportCases({
  capabilities: { modifiedAt: "minute", resume: true, parallelism: 2 },
  denies: true,
  cuts: true,
});

describe("the HTTP index transport keeps the contract:", () => {
  for (const c of cases) test(c.name, async () => c.run(await freshFixture()));
});

test("Apache's listings are read without their rounded sizes and times of no zone", async () => {
  const { tree, transport } = await serve("apache");
  tree.put("/pub/a & b", "hello");
  tree.makeDirectory("/pub/folder");
  const { entries } = await transport.list("/pub");
  expect(entries).toEqual([
    { name: "a & b", type: "file" },
    { name: "folder", type: "directory" },
  ]);
});

test("a page that is no listing is not taken for an empty folder", async () => {
  const { tree, server, transport } = await serve();
  tree.put("/pub/file", "hello");
  server.pages.set("/pub", "<html><title>Welcome!</title></html>");
  await expect(transport.list("/pub")).rejects.toMatchObject({ kind: "protocol" });
});

test("http-index crawls a web server's folders", async () => {
  const { tree, url } = await serve();
  for (const hour of ["00", "01", "02", "03", "04", "05"])
    tree.put(
      `/weather/20250101/${hour}/icon_20250101${hour}.grib2`,
      `run of ${hour}`,
      new Date("2025-01-01T07:00:00Z"),
    );
  const { env } = await place();
  const { lines, stderr } = await run("http-index", { ...env, HTTP_URL: url });
  expect(lines, stderr).toEqual(["6 files fetched", "outcome: complete"]);
});
