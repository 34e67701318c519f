import {
  isDaybookError,
  webhook,
  type DaybookError,
  type OutboxMessage,
  type WebhookOptions,
} from "@daybook/core";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { HttpReceiver } from "./support/http-receiver.js";

const SECRET = "a secret of twenty-nine bytes";

const message: OutboxMessage = {
  hook: "test",
  id: "file_0123",
  key: "k",
  at: new Date("2025-01-01T00:00:00Z"),
  body: '{"id":"file_0123","type":"file","source":"RMA1","data":{"path":"/ü"}}',
};

function deliver(options: WebhookOptions, signal = new AbortController().signal): Promise<void> {
  return webhook(options).deliver(message, { signal });
}

async function failure(options: WebhookOptions, signal?: AbortSignal): Promise<DaybookError> {
  const error: unknown = await deliver(options, signal).catch((thrown: unknown) => thrown);
  if (!isDaybookError(error)) throw new Error(`it should have failed with a DaybookError: ${String(error)}`);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/twenty-nine|s3cret/);
  return error;
}

/** Nothing is answered until the test is over. */
const never = () => undefined;

describe("a webhook", () => {
  test("is posted as it is in the outbox, with what identifies it", async () => {
    const receiver = await HttpReceiver.start();
    const before = Math.floor(Date.now() / 1000);
    await deliver({ url: receiver.url, secret: SECRET, headers: { "X-Team": "radar" } });
    const [{ headers, body, path }] = receiver.posted as [(typeof receiver.posted)[0]];
    expect([path, body]).toEqual(["/s3cret-path", message.body]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": message.id,
      "x-team": "radar",
    });
    expect(Number(headers["webhook-timestamp"])).toBeGreaterThanOrEqual(before);
    expect(headers["webhook-signature"]).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
  });

  test("isn't signed without a secret, and says who it is by user and password of its address", async () => {
    const receiver = await HttpReceiver.start();
    await deliver({ url: receiver.url.replace("http://", "http://me:s3cret%21@") });
    const [{ headers }] = receiver.posted as [(typeof receiver.posted)[0]];
    expect(headers["webhook-signature"]).toBeUndefined();
    expect(headers.authorization).toBe(`Basic ${Buffer.from("me:s3cret!").toString("base64")}`);
  });

  test("has arrived with any 2xx, and with nothing else", async () => {
    const receiver = await HttpReceiver.start();
    for (const status of [200, 201, 204, 299]) {
      receiver.answer((response) => response.writeHead(status).end());
      await deliver({ url: receiver.url });
    }
    for (const status of [400, 401, 404, 410, 429, 500, 503]) {
      receiver.answer((response) => response.writeHead(status).end("because of s3cret reasons"));
      const error = await failure({ url: receiver.url });
      expect(error.detail).toBe(
        `the webhook at 127.0.0.1:${receiver.port} answers with HTTP status ${status}`,
      );
    }
  });

  test("doesn't follow a redirect, neither elsewhere nor to itself", async () => {
    const elsewhere = await HttpReceiver.start();
    const receiver = await HttpReceiver.start();
    for (const [status, location] of [
      [301, elsewhere.url],
      [302, elsewhere.url],
      [307, elsewhere.url],
      [308, "/s3cret-path"],
    ] as const) {
      // prettier-ignore
      receiver.answer((response) => response.writeHead(status, { location }).end());
      const { detail } = await failure({ url: receiver.url, secret: SECRET });
      expect(detail).toContain("answers with a redirect, which is not followed");
    }
    expect(elsewhere.posted).toEqual([]);
    expect(receiver.posted).toHaveLength(4);
  });

  test("isn't held up by an answer that never ends, nor does it keep any of it", async () => {
    const receiver = await HttpReceiver.start();
    let sent = 0;
    const flood = (status: number) => {
      receiver.answer((response) => {
        response.writeHead(status);
        const chunk = Buffer.alloc(65_536);
        const more = () => {
          while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        };
        response.on("drain", more);
        more();
      });
    };
    flood(200);
    await deliver({ url: receiver.url });
    flood(500);
    await failure({ url: receiver.url });
    expect(sent).toBeLessThan(50_000_000);
  });

  test("is given up for now when the answer takes too long", async () => {
    const receiver = await HttpReceiver.start();
    receiver.answer(never);
    expect(await failure({ url: receiver.url, timeout: 50 })).toMatchObject({
      kind: "timeout",
      detail: `the webhook at 127.0.0.1:${receiver.port} did not answer within 50 ms`,
    });
    receiver.answer((response) => void response.write("HTTP headers only"));
    await deliver({ url: receiver.url, timeout: 5_000 });
  });

  test("ends at once when it is told to", async () => {
    const receiver = await HttpReceiver.start();
    const stop = new AbortController();
    receiver.answer(() => stop.abort());
    expect(await failure({ url: receiver.url }, stop.signal)).toMatchObject({ kind: "cancelled" });
  });

  test("says that nobody is there", async () => {
    const receiver = await HttpReceiver.start();
    const { url, port } = receiver;
    await receiver.stop();
    const there = `the webhook at 127.0.0.1:${port} can't be reached`;
    expect(await failure({ url })).toMatchObject({ kind: "network", detail: `${there}: ECONNREFUSED` });
  });

  test("that can't be meant is refused without quoting it", () => {
    const refusal = (options: WebhookOptions) => {
      try {
        webhook(options);
      } catch (error) {
        expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret/);
        return isDaybookError(error, "config") && error.detail;
      }
      return undefined;
    };
    expect(refusal({ url: "s3cret" })).toBe("the webhook's url must be an http or https address");
    expect(refusal({ url: "file:///s3cret" })).toBe("the webhook's url must be an http or https address");
    expect(refusal({ url: "http://h/", secret: "s3cret" })).toContain("too short");
    expect(refusal({ url: "http://h/", secret: "whsec_c2hvcnQ=" })).toContain("too short");
    expect(refusal({ url: "http://h/", headers: { "Webhook-Id": "s3cret" } })).toContain("Webhook-Id");
    expect(refusal({ url: "http://h/", headers: { "X-Key": "s3\ncret" } })).toContain("no header may have");
  });
});

test("the documented check tells a genuine message from any other", async () => {
  const page = readFileSync(new URL("../../../docs/hooks.md", import.meta.url), "utf8");
  const [, snippet] = /```js\n([\s\S]*?isGenuine[\s\S]*?)```/.exec(page)!;
  const { isGenuine } = (await import(`data:text/javascript,${encodeURIComponent(snippet!)}`)) as {
    isGenuine(headers: object, body: string, secret: string, now?: number): boolean;
  };
  const receiver = await HttpReceiver.start();
  const encoded = `whsec_${Buffer.from("a key of twenty bytes").toString("base64")}`;
  for (const secret of [SECRET, encoded]) {
    await deliver({ url: receiver.url, secret });
    const { headers, body } = receiver.posted.at(-1)!;
    const signature = String(headers["webhook-signature"]);
    expect(isGenuine(headers, body, secret)).toBe(true);
    expect(isGenuine({ ...headers, "webhook-signature": `v1,AAAA ${signature}` }, body, secret)).toBe(true);
    const wrong = [
      isGenuine(headers, body, "another secret altogether"),
      isGenuine(headers, body.replace("RMA1", "RMA2"), secret),
      isGenuine({ ...headers, "webhook-id": "file_9999" }, body, secret),
      isGenuine(
        { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) },
        body,
        secret,
      ),
      isGenuine({ ...headers, "webhook-signature": signature.slice(0, -4) }, body, secret),
      isGenuine({ ...headers, "webhook-signature": signature.replace("v1", "v0") }, body, secret),
      isGenuine({ ...headers, "webhook-signature": undefined }, body, secret),
      isGenuine({ ...headers, "webhook-timestamp": "soon" }, body, secret),
      isGenuine(headers, body, secret, Date.now() + 301_000 + 1_000),
    ];
    expect(wrong).toEqual(wrong.map(() => false));
  }
});
