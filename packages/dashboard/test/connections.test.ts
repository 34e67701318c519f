import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { NodeServer, type NodeServerOptions } from "../src/server/node-server.js";

async function listening(options: Partial<NodeServerOptions> = {}) {
  const server = new NodeServer({ fetch: () => new Response("here"), ...options });
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  const from = (localAddress: string): Socket => {
    const socket = connect({ port, host: "127.0.0.1", localAddress }).on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  return { from };
}

/** With or without an error, of which there are several kinds. */
const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

/** What is answered on a connection, or "" where it is closed without a word. */
async function answer(socket: Socket): Promise<string> {
  socket.setEncoding("utf8");
  let text = "";
  socket.on("data", (part: string) => (text += part));
  socket.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
  await closed(socket);
  return text;
}

test("connections beyond the bound are closed, and once others end new ones are answered", async () => {
  const { from } = await listening({ bounds: { connections: 5, perAddress: 5 } });
  const idle = Array.from({ length: 5 }, () => from("127.0.0.1"));
  await Promise.all(idle.map((socket) => once(socket, "connect")));
  expect(await answer(from("127.0.0.1"))).toBe("");
  idle[0]!.destroy();
  await expect.poll(() => answer(from("127.0.0.1"))).toContain("here");
});

test("one address can't lock out another", async () => {
  const { from } = await listening({ bounds: { connections: 10 } });
  const idle = Array.from({ length: 20 }, () => from("127.0.0.1"));
  await expect.poll(() => idle.filter((socket) => socket.closed).length).toBe(15);
  expect(await answer(from("127.0.0.1"))).toBe("");
  expect(await answer(from("127.0.0.2"))).toContain("here");
});

test("a connection that says nothing, or not all of a request, is closed", async () => {
  const { from } = await listening({ requestMs: 50 });
  const silent = from("127.0.0.1").resume();
  const slow = from("127.0.0.1").resume();
  slow.write("GET / HTTP/1.1\r\nHost: 127.0");
  await Promise.all([closed(silent), closed(slow)]);
});
