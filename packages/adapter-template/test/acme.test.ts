import { acmeTransport, AcmeTransport, errorKind } from "@daybook/adapter-template";
import { RemoteTree } from "@daybook/testing";
import { expect, onTestFinished, test } from "vitest";
import { AcmeServer } from "./support/acme-server.js";

async function start(token?: string) {
  const tree = new RemoteTree();
  tree.put("/pub/file", "hello");
  const server = new AcmeServer({ tree, token });
  const port = await server.start();
  onTestFinished(() => server.stop());
  const connect = (given: string) => {
    const transport = new AcmeTransport({ host: "127.0.0.1", port, token: given, connections: 1 });
    onTestFinished(() => transport.close());
    return transport;
  };
  return { server, connect };
}

test.each([
  ["missing", "not-found"],
  ["forbidden", "permission"],
  ["bad-token", "auth"],
  ["too-many", "busy"],
  ["ECONNRESET", "network"],
  ["ETIMEDOUT", "timeout"],
])("%s on the wire is %s", (code, kind) => expect(errorKind(code)).toBe(kind));

test("a wrong token is said to be wrong, and is in no error", async () => {
  const { connect } = await start("right");
  await expect(connect("wr0ng").list("/pub")).rejects.toMatchObject({
    kind: "auth",
    message: expect.not.stringContaining("wr0ng"),
  });
  await expect(connect("right").list("/pub")).resolves.toMatchObject({ complete: true });
});

test("a connection that the server dropped while it lay idle fails no call", async () => {
  const { server, connect } = await start();
  const transport = connect("");
  await transport.list("/pub");
  server.dropAll();
  expect((await transport.list("/pub")).entries).toHaveLength(1);
});

test("options that can't be meant are refused at once", () => {
  expect(() => acmeTransport({ host: "a b" })).toThrow(/`host`/);
  expect(() => acmeTransport({ host: "a", connections: 0 })).toThrow(/`connections`/);
});
