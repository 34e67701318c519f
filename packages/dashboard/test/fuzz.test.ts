import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, type StateStore } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { place } from "./support/place.js";
import { raw } from "./support/raw.js";

const STORES: [string, () => StateStore][] = [
  ["in memory", () => new MemoryStore()],
  [
    "in SQLite",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "daybook-fuzz-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      return new SqliteStore({ path: join(folder, "state.db") });
    },
  ],
];

const either = fc.constantFrom;
const encoded = (text: fc.Arbitrary<string>) => text.map(encodeURIComponent);

/** Halves of surrogate pairs as UTF-8 that isn't, NUL, what looks like a way out, and what is no encoding at all. */
const odd = fc.oneof(
  encoded(fc.string({ unit: "binary", maxLength: 30 })),
  either(
    "..",
    "%2e%2e",
    "%2F",
    "%5c",
    "\\",
    "%",
    "%0",
    "%00",
    "%ff",
    "%ED%A0%80",
    "%ED%B0%80a",
    "%F4%90%80%80",
  ),
  either("RMA1", "-1", "1e9", "NaN", "[]", "{}", "a=b", "%27--", "%25", "_", "*", "constructor", "__proto__"),
);
/** Mostly what is meant: a request that is refused for one value shows nothing of what becomes of the others. */
const mostly = <T>(sound: fc.Arbitrary<T>, unsound: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: sound }, { weight: 1, arbitrary: unsound });
const source = mostly(either("RMA1", "RMA5"), odd);
const instant = fc.oneof(
  either("2025-01-03", "2025-01-05T06:00Z", "0000-01-01", "9999-12-31", "1969-12-31T23:59:59.999Z"),
  either("9999-12-31T23:59:59.999%2B00:01", "0000-01-01T00:00%2B14:00", "2025-01-01T00:00-23:59"),
  fc
    .date({ noInvalidDate: true, min: new Date("0000-01-01"), max: new Date("9999-12-31") })
    .map((date) => date.toISOString()),
);
const noTime = fc.oneof(
  either("2025-13-99", "2024-02-30", "%2B275760-09-13", "%2B275760-09-13T00:00Z", "-271821-04-20T00:00Z"),
  either("-000001-01-01", "-000000-01-01", "8640000000000001"),
  odd,
);
const time = mostly(instant, noTime);
const remotePath = fc.oneof(
  either("/L2/RMA1/2025/01/05/06", "/L2/RMA1", "/", "//", "/../..", "/L2/RMA1/2025/01/05/06/"),
  odd.map((part) => `/L2/RMA1/2025/01/05/${part}`),
  odd.map((part) => `/${part}`),
  odd,
);
const number = mostly<unknown>(
  fc.oneof(
    either(0, -1, 1.5, 8.64e15, -8.64e15),
    fc.integer({ min: Date.UTC(2024, 11), max: Date.UTC(2025, 1) }),
    fc.integer({ min: 0, max: 400 }),
  ),
  either<unknown>(8.64e15 + 1, Number.MAX_SAFE_INTEGER, 1e300, null, "1", true),
);
/** Such as a page might end with, and such as nobody but us could have written. */
const forged = fc
  .tuple(mostly(either("dated", "timeless", "RMA1", "RMA5"), either("", "\ud800", "\0")), number, number)
  .map((place) => Buffer.from(JSON.stringify(place)).toString("base64url"));
const cursor = mostly(
  forged,
  fc.oneof(
    fc.json().map((json) => Buffer.from(json).toString("base64url")),
    odd,
  ),
);

const parameters: Record<string, fc.Arbitrary<string>> = {
  source,
  from: time,
  to: time,
  limit: mostly(either("1", "7", "1000"), fc.oneof(either("0", "1001", "01", "1.0", ""), odd)),
  cursor,
  slot: remotePath,
  status: mostly(either("stored", "pending", "quarantined"), odd),
  path: remotePath,
};
const route = fc.oneof(
  fc.tuple(either("/api/v1/overview", "/api/v1/transfers", "/metrics", "/"), fc.constant([])),
  fc.tuple(either("/api/v1/availability"), fc.constant(["source", "from", "to"])),
  fc.tuple(either("/api/v1/gaps"), fc.constant(["source", "from", "to", "limit", "cursor"])),
  fc.tuple(
    source.map((name) => `/api/v1/sources/${name}/files`),
    fc.constant(["slot", "status", "from", "to", "limit", "cursor"]),
  ),
  fc.tuple(
    source.map((name) => `/api/v1/sources/${name}/explain`),
    fc.constant(["path"]),
  ),
  fc.tuple(
    fc
      .tuple(source, mostly(either("2025-01-03", "0000-01-01", "9999-12-31"), time))
      .map(([name, day]) => `/api/v1/sources/${name}/days/${day}`),
    fc.constant([]),
  ),
  fc.tuple(
    source.map((name) => `/api/v1/sources/${name}/delays`),
    fc.constant([]),
  ),
  fc.tuple(
    fc.array(odd, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`),
    fc.constant(Object.keys(parameters)),
  ),
);
/** A route with some of the parameters it takes, and now and then with one that it doesn't. */
const target = route.chain(([path, names]) =>
  fc
    .tuple(
      fc
        .subarray<string>(names as string[])
        .chain((chosen) =>
          fc.tuple(...chosen.map((name) => parameters[name]!.map((value) => `${name}=${value}`))),
        ),
      mostly<readonly string[]>(
        fc.constant([]),
        fc.tuple(odd, odd).map((pair) => [pair.join("=")]),
      ),
    )
    .map(([pairs, more]) => `${path}?${[...pairs, ...more].join("&")}`),
);
const get = target.map((path) => ({ method: "GET", path, body: undefined as string | undefined }));
const text = fc.oneof(
  either(
    "\ud800",
    "\udc00\ud800",
    "\0",
    "/\ud800",
    "/L2/RMA1/2025/01/05/06/\udfff",
    "/\0",
    "/L2/RMA1/2025/01/05/06",
  ),
  fc.string({ unit: "binary" }).map((some) => `/${some}`),
);
const asksBack = fc.record({
  source: mostly(either("RMA1"), text),
  paths: fc.array(text, { minLength: 1 }),
});
const post = mostly(
  asksBack.map((body) => JSON.stringify(body)),
  fc.oneof(
    fc.json(),
    fc.string(),
    fc.json().map((paths) => `{"source":"RMA1","paths":[${paths}]}`),
  ),
).map((body) => ({ method: "POST", path: "/api/v1/retry", body: body as string | undefined }));
const any = fc.record({
  method: either("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"),
  path: target,
  body: fc.option(fc.string(), { nil: undefined }),
});

test.each(STORES)(
  "whatever is asked of a ledger %s, the answer is no server error, and an error is JSON",
  async (_where, store) => {
    const { url } = await place({ writable: true, store: store() });
    const asked = fc.oneof(
      { weight: 5, arbitrary: get },
      { weight: 2, arbitrary: post },
      { weight: 1, arbitrary: any },
    );
    const type = mostly(
      fc.constant("application/json"),
      either("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"),
    );
    const property = fc.asyncProperty(asked, type, async ({ method, path, body }, type) => {
      const headers = { "content-type": type, "content-length": String(Buffer.byteLength(body ?? "")) };
      const answer = await raw(url, { method, path, body, headers });
      expect(answer.status, `${path} ${answer.body}`).toBeLessThan(500);
      if (answer.status < 400 || method === "HEAD") return;
      expect(answer.headers["content-type"], path).toBe("application/json");
      expect(JSON.parse(answer.body)).toEqual({
        error: { code: expect.any(String), message: expect.any(String) },
      });
    });
    await fc.assert(property, { numRuns: 400 });
  },
);
