import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { FtpServer, RemoteTree } from "@daybook/testing";
import { loadConfig, runCommandLine } from "daybook";
import { expect, test } from "vitest";
import { CapturedOutput, daybook, temporaryFolder } from "./workspace.js";

const EXAMPLE = "/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR";
const RADAR =
  "/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/{radar}_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";
const SERVER = ["--host", "ftp.example.com", "--user", "me", "--password-env", "PW", "--yes"];

async function layoutOf(...examples: string[]): Promise<string | undefined> {
  const file = join(await temporaryFolder(), "daybook.yaml");
  const told = await daybook(["init", ...examples, ...SERVER, "-c", file]);
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
  // Cameras: the hour's folder says what the first number of the name is.
  [
    ["/cam1/2025-01-15/001/dav/18/18.30.20-18.31.10[M][0@0][0].dav"],
    "/cam1/{yyyy}-{MM}-{dd}/001/dav/{HH}/{HH}.{mm}.{ss}-{rest:.+}.dav",
  ],
  [
    [
      "/cam1/2025-01-15/001/dav/18/18.30.20-18.31.10[M][0@0][0].dav",
      "/cam2/2025-01-16/001/dav/07/07.01.20-07.31.10[R][0@0][0].dav",
    ],
    "/{station}/{yyyy}-{MM}-{dd}/001/dav/{HH}/{HH}.{mm}.{ss}-{rest:.+}.dav",
  ],
  [
    ["/cam/192.168.1.64_01_20250115183020123_MOTION.jpg"],
    "/cam/192.168.1.64_01_{yyyy}{MM}{dd}{HH}{mm}{ss}{SSS}_MOTION.jpg",
  ],
  [["/cam/2025/01/15/18/30/20.jpg"], "/cam/{yyyy}/{MM}/{dd}/{HH}/{mm}/{ss}.jpg"],
  [["/cam/2025-01-15/18-30-20.jpg"], "/cam/{yyyy}-{MM}-{dd}/{HH}-{mm}-{ss}.jpg"],
  // GNSS: two digits of a year and a letter.
  [
    ["/gnss/data/daily/2025/015/25d/ABMF00GLP_R_20250150000_01D_30S_MO.crx.gz"],
    "/gnss/data/daily/{yyyy}/{DDD}/{yy}d/{station}_{product}_{yyyy}{DDD}{HH}{mm}_{product2}_{product3}_{product4}.crx.gz",
  ],
  [
    ["/rinex/abmf/2025/015/abmf0150.25d.Z", "/rinex/zimm/2024/100/zimm1000.24d.Z"],
    "/rinex/{station}/{yyyy}/{DDD}/{station:[A-Za-z0-9]{4}}{DDD}{session:[0-9a-x]}.{yy}d.Z",
  ],
  // Several stations.
  [
    ["/obs/AAA/2025/01/15/AAA_20250115T1830.dat", "/obs/BBB/2025/02/16/BBB_20250216T0730.dat"],
    "/obs/{station}/{yyyy}/{MM}/{dd}/{station}_{yyyy}{MM}{dd}T{HH}{mm}.dat",
  ],
  [
    ["/N/2025/01/15/KTLX/KTLX20250115_183020_V06", "/N/2025/01/16/KABC/KABC20250116_003020_V06"],
    "/N/{yyyy}/{MM}/{dd}/{station}/{station}{yyyy}{MM}{dd}_{HH}{mm}{ss}_{product}",
  ],
  [[EXAMPLE, EXAMPLE.replaceAll("RMA1", "AR5").replaceAll("DBZH", "VRAD")], RADAR],
  // Years of two digits, days first, seconds since 1970, times in names.
  [
    ["/data/250115/file_183020.dat", "/data/241231/file_063020.dat"],
    "/data/{yy}{MM}{dd}/file_{HH}{mm}{ss}.dat",
  ],
  [["/data/250115183020.log"], "/data/{yy}{MM}{dd}{HH}{mm}{ss}.log"],
  [["/a/25/01/15/x_20250115.dat"], "/a/{yy}/{MM}/{dd}/x_{yyyy}{MM}{dd}.dat"],
  [["/a/15-01-2025/18.dat"], "/a/{dd}-{MM}-{yyyy}/{HH}.dat"],
  [["/in/x_1736965820.json"], "/in/x_{epoch}.json"],
  [["/in/x_1736965820123.json"], "/in/x_{epochms}.json"],
  [["/x/2025/01/15/18/y_1830.dat"], "/x/{yyyy}/{MM}/{dd}/{HH}/y_{HH}{mm}.dat"],
  [["/a/2025/Jan/15/x_20250115T1830.dat"], "/a/{yyyy}/{MMM}/{dd}/x_{yyyy}{MM}{dd}T{HH}{mm}.dat"],
  // Months by name, folders without zeros, weeks.
  [["/a/2025/JAN/15/x.dat"], "/a/{yyyy}/{MMM:upper}/{dd}/x.dat"],
  [["/a/15-Jan-2025/18.dat"], "/a/{dd}-{MMM}-{yyyy}/{HH}.dat"],
  [["/a/2025/12/5/x.dat"], "/a/{yyyy}/{M}/{d}/x.dat"],
  [["/gnss/products/2086/igs20864.sp3.Z"], "/gnss/products/{gpsweek}/igs{gpsweek}{gpsday}.sp3.Z"],
  [["/a/2025/W03/x.dat"], "/a/{YYYY}/W{ww}/x.dat"],
])("from %j the layout %s is told, and no date becomes a constant", async (examples, layout) => {
  expect(
    (await layoutOf(examples[0]!, ...examples.slice(1)))?.replace(/^"|"$/g, "").replaceAll("\\\\", "\\"),
  ).toBe(layout);
});

test.each([
  [["/a/x_20250115.dat", "/a/b/x_20250115.dat"], "differ in depth"],
  [["/a/2025/x.dat", "/a/incoming/x.dat"], "it holds no date"],
])("from %j none is told, and it says why: %s", async (examples, why) => {
  expect(await layoutOf(examples[0]!, ...examples.slice(1))).toContain(why);
});

test("what it is unsure of, and what costs, it says beside the layout", async () => {
  const remarks = async (...args: string[]) => {
    const file = join(await temporaryFolder(), "daybook.yaml");
    const { stdout } = await daybook(["init", ...args, ...SERVER, "-c", file]);
    const written = await readFile(file, "utf8");
    const told = [...stdout.matchAll(/^look: (.*)$/gm)].map(([, remark]) => remark!);
    for (const remark of told) expect(written).toContain(`# Look: ${remark}.`);
    return told.join("\n");
  };
  expect(await remarks("/g/2025/015/25d/x_20250150000.gz")).toContain("25 is read as {yy}");
  expect(await remarks("/cam1/2025-01-15/001/dav/18.30.20.dav")).toMatch(
    /taken as they are: cam1, 001, dav;.*--example/,
  );
  expect(await remarks("/in/x_20250115.dat")).toContain("no folder of the layout has a date");
  expect(await remarks("--layout", "/obs/{station}/{yyyy}/{MM}/{dd}/{name}.dat")).toMatch(
    /\{station\} stands before the date, so that the whole archive is listed.*each: \{ station: \[A, B\] \}/,
  );
  expect(await remarks("--layout", "/obs/{yyyy}/{MM}/{dd}/{station}/{name}.dat")).toBe("");
});

test("of several stations each is a source", async () => {
  const file = join(await temporaryFolder(), "daybook.yaml");
  const at = (station: string, day: string) =>
    `/obs/${station}/2025/01/${day}/${station}_202501${day}T1830.dat`;
  const told = await daybook(["init", at("AAA", "15"), "--example", at("BBB", "16"), ...SERVER, "-c", file]);
  expect(told).toMatchObject({ exitCode: 0, stderr: "" });
  const { options } = await loadConfig(file, { env: { PW: "x" } });
  expect(options!.sources.map(({ name }) => name)).toEqual(["AAA", "BBB"]);
});

test("on a terminal two paths can be given in one answer", async () => {
  const told = await typed([
    "",
    "ftp.example.com",
    "-",
    `${EXAMPLE} ${EXAMPLE.replaceAll("RMA1", "AR5")}`,
    "",
    "",
    "",
    "",
    "",
  ]);
  expect(told).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await told.text()).toContain("each: { radar: [RMA1, AR5] }");
});

test("what was written is tried on the server when asked for", async () => {
  const tree = new RemoteTree();
  tree.put(EXAMPLE, "x".repeat(100), new Date("2025-01-01T18:31:00Z"));
  const server = await FtpServer.start({ tree, users: { me: "pw-of-me" } });
  const file = join(await temporaryFolder(), "daybook.yaml");
  const there = [
    ...SERVER,
    "--host",
    "127.0.0.1",
    "--port",
    String(server.port),
    "--end",
    "2025-01-02T00:00Z",
  ];
  const fits = await daybook(["init", EXAMPLE, ...there, "--try", "-c", file], { PW: "pw-of-me" });
  const other = join(await temporaryFolder(), "daybook.yaml");
  const misfit = ["--layout", "/L9/{yyyy}/{MM}/{dd}/{name}.dat", "--start", "2025-01-01T00:00Z"];
  const fails = await daybook(["init", ...misfit, ...there, "--try", "-c", other], { PW: "pw-of-me" });
  await server.close();
  expect(fits.stdout).toContain("ok    connection");
  expect(fits.exitCode).toBe(0);
  expect(fails.stdout).toContain("BAD");
  expect(fails.exitCode).toBe(1);
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
