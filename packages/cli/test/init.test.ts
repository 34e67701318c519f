import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { loadConfig, runCommandLine } from "daybook";
import { expect, test } from "vitest";
import { CapturedOutput, daybook, temporaryFolder } from "./workspace.js";

const EXAMPLE = "/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR";
const RADAR =
  "/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/{radar}_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";
const SERVER = ["--host", "ftp.example.com", "--user", "me", "--password-env", "PW", "--yes"];

async function layoutOf(example: string): Promise<string | undefined> {
  const file = join(await temporaryFolder(), "daybook.yaml");
  const told = await daybook(["init", example, ...SERVER, "-c", file]);
  if (told.exitCode !== 0) return told.stderr;
  expect((await loadConfig(file, { env: { PW: "x" } })).problems).toBeUndefined();
  return /^ {4}layout: (.*)$/m.exec(await readFile(file, "utf8"))?.[1];
}

test.each([
  [EXAMPLE, RADAR],
  ["/logs/2025-01-01/18.log", "/logs/{yyyy}-{MM}-{dd}/{HH}.log"],
  [
    "/pub/goes16/2025/032/18/OR_ABI_20250321830.nc",
    "/pub/goes16/{yyyy}/{DDD}/{HH}/OR_{product}_{yyyy}{DDD}{HH}{mm}.nc",
  ],
  [
    "/gnss/2025/001/ABCD_R_20250010000_01D.crx.gz",
    "/gnss/{yyyy}/{DDD}/ABCD_{product}_{yyyy}{DDD}{HH}{mm}_{product2}.crx.gz",
  ],
  [
    "/data/20250101/KTLX/KTLX20250101_183020_V06",
    "/data/{yyyy}{MM}{dd}/KTLX/KTLX{yyyy}{MM}{dd}_{HH}{mm}{ss}_{product}",
  ],
  ["/a/2025/01/20250101.csv", "/a/{yyyy}/{MM}/{yyyy}{MM}{dd}.csv"],
])("from %s the layout %s is told", async (example, layout) => {
  expect((await layoutOf(example))?.replace(/^"|"$/g, "")).toBe(layout);
});

test.each([
  ["/incoming/latest.bin", "it holds no date that can be told by its shape"],
  ["L2/RMA1/2025/01/01/x", "it must be a whole path"],
  ["/L2/2025/01/01/file_20250102T000000Z", "which doesn't read it back"],
])("from %s none is told: %s", async (example, why) => {
  expect(await layoutOf(example)).toContain(why);
});

test("what is written can be read, by people and by the command, and holds no password", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "daybook.yaml");
  const radars = ["--radars", "RMA1, AR5", "--end", "2025-02-01T00:00Z", "--port", "2121"];
  const told = await daybook(["init", EXAMPLE, ...SERVER, ...radars, "-c", file], { PW: "canary" });
  expect(told).toMatchObject({ exitCode: 0, stderr: "" });
  expect(told.stdout).toContain(`daybook check -c ${file}`);
  const text = await readFile(file, "utf8");
  expect(text).toContain('password: "${PW}"');
  expect(text).toContain("each: { radar: [RMA1, AR5] }");
  expect(text.split("\n").filter((line) => line.trim().startsWith("#")).length).toBeGreaterThan(8);
  const { options } = await loadConfig(file, { env: { PW: "x" } });
  expect(options!.sources.map(({ name, start, end }) => [name, start, end])).toEqual([
    ["RMA1", new Date("2025-01-01T00:00Z"), new Date("2025-02-01T00:00Z")],
    ["AR5", new Date("2025-01-01T00:00Z"), new Date("2025-02-01T00:00Z")],
  ]);
});

test.each([
  ["127.0.0.1:18421", "127.0.0.1", 18421],
  ["ftp.example.com:2121", "ftp.example.com", 2121],
  ["[2001:db8::1]:2121", "2001:db8::1", 2121],
  ["[2001:db8::1]", "2001:db8::1", undefined],
  ["2001:db8::1", "2001:db8::1", undefined],
  ["ftp.example.com", "ftp.example.com", undefined],
])(
  "the server %s is host %s and port %s, on the command line and on a terminal",
  async (server, host, port) => {
    const file = join(await temporaryFolder(), "daybook.yaml");
    const given = await daybook(["init", EXAMPLE, ...SERVER, "--host", server, "-c", file]);
    expect(given).toMatchObject({ exitCode: 0, stderr: "" });
    const told = await typed(["", server, "-", EXAMPLE, "", "", "", "", ""]);
    expect(told).toMatchObject({ exitCode: 0, stderr: "" });
    for (const text of [await readFile(file, "utf8"), await told.text()]) {
      const written = /transport: \{ use: ftp, host: "?([^",]+)"?(?:, port: (\d+))?, /.exec(text);
      expect(written?.slice(1)).toEqual([host, port === undefined ? undefined : `${port}`]);
    }
  },
);

test("a file that is there already is left as it is", async () => {
  const file = join(await temporaryFolder(), "daybook.yaml");
  await writeFile(file, "mine");
  const told = await daybook(["init", EXAMPLE, ...SERVER, "-c", file]);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain("exists already and is left as it is");
  expect(await readFile(file, "utf8")).toBe("mine");
});

test.each([
  [["--host", "ftp://me@ftp.example.com"], "a name or address alone"],
  [["--host", "ftp.example.com/pub"], "a name or address alone"],
  [["--host", "1:2:3"], "a name or address alone"],
  [["--host", "[ftp.example.com]:21"], "a name or address alone"],
  [["--host", "ftp.example.com:"], "from 1 to 65535"],
  [["--host", "ftp.example.com:65536"], "from 1 to 65535"],
  [["--host", "ftp.example.com:2121", "--port", "21"], "The host says port 2121, and --port 21"],
  [["--user", "me:pwSECRET"], "a login name alone"],
  [["--start", "2025-01-01T00:00"], "has no time zone"],
  [["--end", "2024-01-01T00:00Z"], "The end must be later than 2025-01-01T00:00:00Z"],
  [["--use", "http"], "The protocol must be ftp or sftp"],
  [["--password-env", "my password"], "The variable must have a name such as"],
])("%j is refused, and nothing is written", async (wrong, message) => {
  const file = join(await temporaryFolder(), "daybook.yaml");
  const told = await daybook(["init", EXAMPLE, ...SERVER, ...wrong, "-c", file]);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain(message);
  expect(told.stderr).not.toContain("SECRET");
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

test("without a terminal and without an answer, it says what is missing", async () => {
  const file = join(await temporaryFolder(), "daybook.yaml");
  const told = await daybook(["init", EXAMPLE, "-c", file]);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain("with :PORT where it isn't the usual one? Give it by an option");
});

/** Types answers on a terminal. */
async function typed(lines: readonly string[]) {
  const file = join(await temporaryFolder(), "daybook.yaml");
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.end(lines.map((line) => `${line}\n`).join(""));
  const stdout = new CapturedOutput();
  const stderr = new CapturedOutput();
  const exitCode = await runCommandLine(["init", "-c", file], {
    stdin: () => stdin,
    stdout,
    stderr,
    env: {},
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text, text: () => readFile(file, "utf8") };
}

test("on a terminal it asks, asks again where an answer makes no sense, and takes what is usual", async () => {
  const answers = [
    "",
    "bad host name",
    "ftp.example.com",
    "me",
    "./ftp-password",
    "no path",
    EXAMPLE,
    "",
    "RMA1,RMA5",
    "",
    "",
    "",
  ];
  const told = await typed(answers);
  expect(told).toMatchObject({ exitCode: 0, stderr: "" });
  expect(told.stdout).toContain("a name or address alone");
  expect(told.stdout).toContain("it must be a whole path");
  const text = await told.text();
  for (const part of [
    RADAR,
    "each: { radar: [RMA1, RMA5] }",
    "password_file: ./ftp-password",
    "use: ftp, host: ftp.example.com",
  ])
    expect(text).toContain(part);
});

test("answers that end too early leave nothing behind", async () => {
  const told = await typed(["ftp", "ftp.example.com"]);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain("nothing was written");
  await expect(told.text()).rejects.toThrow("ENOENT");
});
