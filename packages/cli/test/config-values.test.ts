import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { loadConfig } from "daybook";
import type { DaybookOptions, Observation } from "@daybook/core";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder, writeConfig } from "./workspace.js";

/** An adapter that shows what it was given. */
const ECHO = `export default (options, context) => ({
  name: JSON.stringify({ options, constants: context.constants }),
  provides: Symbol.for("@daybook/core/Transport"),
  create() {},
});
`;

/** Where `load` put what it was given last. */
let lastFolder: string;

async function load(
  source: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
): Promise<DaybookOptions> {
  const folder = (lastFolder = await temporaryFolder());
  for (const [name, text] of Object.entries({ "echo.mjs": ECHO, ...files })) {
    await writeFile(join(folder, name), text);
  }
  const text = `state: { use: memory }\ndestination: { use: local, path: ./downloads }\nsources:\n${source}`;
  const { options, problems } = await loadConfig(await writeConfig(text, folder), { env });
  expect(problems).toBeUndefined();
  return options!;
}

const source = (lines: string) => `  - name: A
    layout: /L2/{yyyy}/{MM}/{dd}/{HH}/{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR
    start: 2025-01-01T00:00Z
    ${lines}
`;
const ECHO_USE = "transport: { use: ./echo.mjs }";

const given = (options: DaybookOptions, i = 0) =>
  JSON.parse(options.sources[i]!.plugins[0]!.name) as { options: unknown; constants: unknown };

test("a source has the documented defaults", async () => {
  const [made] = (await load(source(ECHO_USE))).sources;
  const minute = 60_000;
  const hour = 60 * minute;
  expect(made).toMatchObject({
    name: "A",
    start: new Date("2025-01-01T00:00Z"),
    end: undefined,
    poll: minute,
    grace: 10 * minute,
    lookback: hour,
    revisit: [hour, 6 * hour, 24 * hour, 7 * 24 * hour],
    onChange: "replace",
    maxAttempts: 5,
    retryDelay: 1000,
    maxRetryDelay: 5 * minute,
    resume: true,
  });
  expect(made).not.toHaveProperty("select");
  expect(made).not.toHaveProperty("ready");
});

test("a source takes what the file says", async () => {
  const lines = [ECHO_USE, "end: 2025-02-01T00:00+01:00", "poll: 5s", "grace: 90s", "revisit: []"];
  lines.push("on_change: keep", "max_attempts: 2", "resume: false", "max_retry_delay: 1m");
  const [made] = (await load(source(lines.join("\n    ")))).sources;
  expect(made).toMatchObject({
    end: new Date("2025-01-31T23:00Z"),
    poll: 5000,
    grace: 90_000,
    revisit: [],
    onChange: "keep",
    maxAttempts: 2,
    resume: false,
    maxRetryDelay: 60_000,
  });
});

test("texts read the environment, and $${ stands for itself", async () => {
  const options = await load(
    source('transport: { use: ./echo.mjs, user: "${USER_NAME}", odd: "a$${X}b", mixed: "${A}-${B}" }'),
    { USER_NAME: "me", A: "1", B: "" },
  );
  expect(given(options).options).toEqual({ user: "me", odd: "a${X}b", mixed: "1-" });
});

test("numbers and switches may come from the environment", async () => {
  const options = await load(
    source('transport: { use: ./echo.mjs }\n    max_attempts: "${N}"\n    resume: "${R}"'),
    {
      N: "7",
      R: "false",
    },
  );
  expect(options.sources[0]).toMatchObject({ maxAttempts: 7, resume: false });
});

test("a _file key reads a secret, less one newline at its end", async () => {
  const options = await load(
    source("transport: { use: ./echo.mjs, password_file: ./secret, jump: { token_file: other } }"),
    {},
    { secret: "two\nlines\n\n", other: "t" },
  );
  expect(given(options).options).toEqual({ password: "two\nlines\n", jump: { token: "t" } });
});

test("a secret that can't be read is told, without what it holds", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "secret"));
  const text = (name: string) =>
    `state: { use: memory }\ndestination: { use: local, path: d }\nsources:\n${source(
      `transport: { use: ftp, host: h, password_file: ${name} }`,
    )}`;
  const file = await writeConfig(text("./secret"), folder);
  expect((await loadConfig(file)).problems).toEqual([
    `${file}:7: sources[0].transport.password_file: "./secret" can't be read: it is a directory`,
  ]);
  await writeConfig(text("./nothing"), folder);
  expect((await loadConfig(file)).problems).toEqual([
    `${file}:7: sources[0].transport.password_file: "./nothing" can't be read: there is no such file`,
  ]);
});

test("each makes one source of every combination, in name, transport and layout", async () => {
  const options = await load(`  - name: "{radar}-{level}"
    each: { radar: [RMA1, "01"], level: [L2, 03] }
    transport: { use: ./echo.mjs, host: "{radar}.example.com", password: "{radar}", list: ["{level}"], plain: "{x}" }
    layout: /{level}/{radar}/{yyyy}/{MM}/{dd}/{field}_{yyyy}{MM}{dd}.BUFR
    start: 2025-01-01T00:00Z
`);
  expect(options.sources.map(({ name }) => name)).toEqual(["RMA1-L2", "RMA1-03", "01-L2", "01-03"]);
  expect(given(options, 3)).toEqual({
    constants: { radar: "01", level: "03" },
    options: { host: "01.example.com", password: "{radar}", list: ["03"], plain: "{x}" },
  });
  expect(options.sources.map(({ layout }) => layout.root)).toEqual([
    "/L2/RMA1",
    "/03/RMA1",
    "/L2/01",
    "/03/01",
  ]);
});

test("numbers in select keep their zeros", async () => {
  const observed = (strategy: string, volume: string, field: string): Observation => ({
    attributes: { strategy, volume, field },
  });
  const nested = (await load(source(`${ECHO_USE}\n    select: { 0315: { 01: [DBZH] } }`))).sources[0]!
    .select!;
  expect(nested(observed("0315", "01", "DBZH"))).toBe(true);
  expect(nested(observed("0315", "02", "DBZH"))).toBe(false);
  expect(nested(observed("0315", "01", "VRAD"))).toBe(false);
  const octal = (await load(source(`${ECHO_USE}\n    select: { strategy: [0x1F, 1e2, 0o7] }`))).sources[0]!
    .select!;
  expect(["0x1F", "1e2", "0o7", "31", "100", "7"].map((s) => octal(observed(s, "", "")))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("anchors and aliases are followed", async () => {
  const options = await load(
    `  - { name: A, start: 2025-01-01T00:00Z, layout: &tree "/{yyyy}/{field}.BUFR", transport: &ftp { use: ./echo.mjs, host: h } }
  - { name: B, start: 2025-01-01T00:00Z, layout: *tree, transport: *ftp }
`,
  );
  expect(given(options, 1).options).toEqual({ host: "h" });
});

test("a flat layout takes its directory and pattern, filled in from each", async () => {
  const options = await load(`  - name: "{box}"
    each: { box: [in, out] }
    transport: { use: ./echo.mjs }
    layout: { use: flat, directory: "/{box}", pattern: "*.BUFR" }
    start: 2025-01-01T00:00Z
`);
  const layout = options.sources[1]!.layout;
  expect(layout.parse("/out/a.BUFR")).toMatchObject({ attributes: { name: "a.BUFR" } });
  expect(layout.parse("/out/a.txt")).toBeUndefined();
});

test("readiness asks for the name and the marker, and for one sign of quiet", async () => {
  const options = await load(
    source(`${ECHO_USE}\n    ready: { name: BUFR$, done_marker: .ok, min_age: 60s, stable_for: 5s }`),
  );
  const ready = options.sources[0]!.ready!;
  const now = new Date("2025-01-01T01:00Z");
  const facts = (name: string, age: number, siblings: string[], provable = false) => ({
    entry: { name, type: "file" as const, modifiedAt: new Date(now.getTime() - age) },
    observation: { attributes: {} },
    siblings: new Set(siblings),
    provable,
    now,
  });
  expect(ready(facts("a.BUFR", 61_000, ["a.BUFR.ok"]))).toBeUndefined();
  expect(ready(facts("a.BUFR", 0, ["a.BUFR.ok"], true))).toBeUndefined();
  expect(ready(facts("a.BUFR", 0, ["a.BUFR.ok"]))).toContain("modified 0 s ago");
  expect(ready(facts("a.BUFR", 61_000, []))).toContain("a.BUFR.ok isn't there yet");
  expect(ready(facts("a.tmp", 61_000, ["a.tmp.ok"]))).toContain("doesn't fit");
});

test("limits reach the sources and the hosts, in bytes per second", async () => {
  const { sources, hosts } = await load(`${source(`transport: { use: ftp, host: Ftp.example.com }
    limit: { rate: 5MB/s, hours: [{ from: 08:00, to: "24:00", rate: 800kB/s, days: mon-fri }], zone: Europe/Zurich }`)}
hosts: { "ftp.example.com:21": { limit: { rate: unlimited } } }
`);
  expect(sources[0]!.limit).toEqual({
    rate: 5e6,
    hours: [{ from: "08:00", to: "24:00", rate: 8e5, days: ["mon-fri"] }],
    zone: "Europe/Zurich",
  });
  expect(hosts).toEqual({ "ftp.example.com:21": { limit: { rate: Infinity } } });
});

/** Two sources, and hooks of these lines. */
const hooked = (...hooks: string[]) => `${source(ECHO_USE)}${source(ECHO_USE).replace("name: A", "name: B")}
hooks:
${hooks.map((hook) => `  - { ${hook} }`).join("\n")}
`;

const MESSAGE = {
  hook: "h",
  id: "m1",
  key: "/a",
  at: new Date("2025-01-01T00:00Z"),
  body: '{"id":"m1","type":"file","at":"2025-01-01T00:00:00.000Z","data":{}}',
};
const signal = new AbortController().signal;
const HOUR = 3_600_000;

test.each([
  ["on: [file], command: [x]", { name: "h", on: ["file"], concurrency: 1, sources: undefined }],
  ["on: [file], webhook: { url: 'http://h' }", { concurrency: 4, giveUpAfter: undefined }],
  ["on: [slot, gap], concurrency: 7, command: [x]", { on: ["slot", "gap"], concurrency: 7 }],
  ["on: [file], give_up_after: 36h, command: [x]", { giveUpAfter: 36 * HOUR }],
  ["on: [file], max_waiting: 250, command: [x]", { maxWaiting: 250 }],
  ["on: [stale], stale_after: 20m, command: [x]", { staleAfter: HOUR / 3 }],
  ["on: [file], sources: [B], command: [x]", { sources: ["B"] }],
  [
    "on: [group], group: { by: [strategy, 'volume', observedAt], field: field, expect: [01, DBZH] }, command: [x]",
    { group: { by: ["strategy", "volume", "observedAt"], field: "field", expect: ["01", "DBZH"] } },
  ],
  ["on: [file], timeout: 3s, command: [x]", { target: expect.objectContaining({ timeout: 3000 }) }],
  [
    "on: [file], timeout: 4s, webhook: { url: 'http://h' }",
    { target: expect.objectContaining({ timeout: 4000 }) },
  ],
])("the hook { %s } arrives as it is written", async (line, wanted) => {
  const { hooks } = await load(hooked(`name: h, ${line}`));
  expect(hooks).toEqual([expect.objectContaining(wanted)]);
});

test("a webhook reads its address and its secret from files, and sends the headers along", async () => {
  const posted: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    posted.push(request);
    response.end();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { hooks } = await load(
    hooked(
      'name: h, on: [file], webhook: { url_file: url, secret_file: ./key, headers: { authorization: "Bearer ${T}" } }',
    ),
    { T: "t0ken" },
    { url: `http://127.0.0.1:${port}/from-a-file\n`, key: "a-secret-of-16-bytes-or-more\n" },
  );
  await hooks![0]!.target.deliver(MESSAGE, { signal });
  const [{ url, headers }] = posted as [IncomingMessage];
  const signed = `m1.${String(headers["webhook-timestamp"])}.${MESSAGE.body}`;
  const signature = createHmac("sha256", "a-secret-of-16-bytes-or-more").update(signed).digest("base64");
  expect({ url, ...headers }).toMatchObject({
    url: "/from-a-file",
    authorization: "Bearer t0ken",
    "webhook-signature": `v1,${signature}`,
  });
});

test("a command gets the variables of `env`, and runs in the configuration's folder", async () => {
  const { hooks } = await load(
    hooked(
      `name: h, on: [file], env: { TOKEN: "\${T}" }, command: [sh, -c, 'printf "%s %s" "$TOKEN" "$1" > told', sh, "{id}"]`,
    ),
    { T: "t0ken" },
  );
  await hooks![0]!.target.deliver(MESSAGE, { signal });
  expect(await readFile(join(lastFolder, "told"), "utf8")).toBe("t0ken m1");
});
