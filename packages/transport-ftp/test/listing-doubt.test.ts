import type { RemoteEntry } from "@daybook/core";
import { describe, expect, test } from "vitest";
import { scripted } from "./support/script-server.js";
import type { Answer, Script, Talk } from "./support/script-server.js";
import { failure, setUp } from "./support/setup.js";

const MLST: Answer = "211-Features\r\n UTF8\r\n MLST type*;size*;modify*;\r\n211 End";
const line = (name: string, size = 5) => `-rw-r--r-- 1 a b ${size} Jan 15 2025 ${name}\r\n`;
const facts = (name: string, type = "file") => `type=${type};size=5;modify=20250115183100; ${name}\r\n`;
const names = (entries: readonly RemoteEntry[]) => entries.map(({ name }) => name).sort();
const kinds = (commands: readonly string[]) =>
  commands.filter((command) => /^(MLSD|LIST|NLST|CWD)/.test(command));

/** A server whose listing ends with a reply. */
const ending = (done: string, text = line("file")): Script => ({
  on: { LIST: ({ send }: Talk) => send(text, done) },
});

describe("a closing reply", () => {
  test.each([
    "226 Transfer done (but failed to open directory).",
    "226 Permission denied.",
    "226-Sorry\r\n226 Could not open the directory",
  ])("that says the folder could not be opened makes it refused, not empty: %s", async (done) => {
    const { transport } = await scripted(ending(done, ""));
    const error = await failure(transport.list("/d"));
    expect([error.kind, error.operation, error.path]).toEqual(["permission", "list", "/d"]);
    expect(error.detail).toContain(done.split("\r\n").at(-1)!.slice(4));
  });

  test("that says so after entries leaves them in doubt", async () => {
    const { transport } = await scripted({ ...ending("226 Done (but failed to open directory)."), file: "" });
    const listing = await transport.list("/d");
    expect(names(listing.entries)).toEqual(["file"]);
  });

  test.each([
    "226  [Section: DEFAULT] [Credits: 14.6MB] [Ratio: UL&DL: Unlimited]",
    "226-Quota: 17 files, 1000 files allowed\r\n226 Transfer complete",
    "226-You may have 20 files more.\r\n226 Unlimited listing complete",
    "226-Options: -a -l\r\n226 1 matches total",
    "226 1 file listed",
    "226 Transfer complete. 3000 bytes sent, 99 files left in your ratio",
  ])("that speaks of something else leaves the listing whole: %s", async (done) => {
    const { transport } = await scripted(ending(done));
    expect(await transport.list("/d")).toMatchObject({ complete: true });
  });

  test.each([
    "226-Options: -a -l\r\n226 14 matches total",
    "226 Listed 2000 files (truncated)",
    "226 Output truncated to 1 matches",
    "226 Listing limit reached",
    "226 2000 files listed",
    "226 Only the first 1000 entries are shown",
  ])("that tells of more than came says that it is cut off: %s", async (done) => {
    const { transport } = await scripted(ending(done));
    const listing = await transport.list("/d");
    expect([listing.complete, listing.reason !== undefined]).toEqual([false, true]);
  });

  test("is searched for words, and not in the folder's own path", async () => {
    const { transport } = await scripted(ending("226 /truncated 14 matches total/d: done"));
    expect((await transport.list("/truncated 14 matches total/d")).complete).toBe(true);
  });
});

describe("LIST with an option that is refused is sent without it", () => {
  test.each(["451 file system error", "451 no such file", "550 -a: no such file", "500 what?", "504 no"])(
    "%s",
    async (refusal) => {
      const LIST = (talk: Talk, argument: string) =>
        argument.startsWith("-a") ? talk.say(refusal) : talk.send(line("file"));
      const { transport } = await scripted({ on: { LIST } });
      expect(names((await transport.list("/d")).entries)).toEqual(["file"]);
    },
  );
});

test("a server that knows no CWD is asked with the path", async () => {
  const { transport, commands } = await scripted({ on: { CWD: "502 no" } });
  expect(names((await transport.list("/d")).entries)).toEqual(["file"]);
  expect(kinds(commands)).toEqual(["CWD /d", "LIST /d"]);
});

test("MLSD that doesn't take a blank in its path is sent from within", async () => {
  const MLSD = (talk: Talk, path: string) =>
    path.includes(" ")
      ? talk.say("501 Invalid number of arguments")
      : talk.send(facts(`file${path.replace("/", "-")}`));
  const { transport, commands } = await scripted({ on: { FEAT: MLST, MLSD } });
  expect(names((await transport.list("/my data")).entries)).toEqual(["file"]);
  expect(names((await transport.list("/other")).entries)).toEqual(["file-other"]);
  expect(kinds(commands)).toEqual(["MLSD /my data", "CWD /my data", "MLSD", "MLSD /other"]);
});

describe("MLSD that ignores its path", () => {
  const tree: Record<string, string> = {
    "/": facts("L", "dir"),
    "/L": facts("2025", "dir"),
    "/L/2025": facts("a.dat"),
    "/x": facts("b.dat"),
  };
  const ignoring = (cdir: boolean): Script => {
    let at = "/";
    return {
      on: {
        FEAT: MLST,
        CWD: (talk: Talk, path: string) => {
          at = path;
          talk.say("250 ok");
        },
        MLSD: (talk: Talk) => talk.send((cdir ? facts(at, "cdir") : "") + tree[at]!),
      },
    };
  };

  test.each([true, false])(
    "is found out at the first listing, and asked from within (cdir: %s)",
    async (cdir) => {
      const { transport, commands } = await scripted(ignoring(cdir));
      expect(names((await transport.list("/L/2025")).entries)).toEqual(["a.dat"]);
      expect(names((await transport.list("/x")).entries)).toEqual(["b.dat"]);
      expect(kinds(commands)).toEqual(["MLSD /L/2025", "CWD /L/2025", "MLSD", "CWD /x", "MLSD"]);
    },
  );

  test("isn't suspected for long where folders are alike", async () => {
    const { server, tree, transport } = await setUp();
    const at = new Date("2025-01-01T00:00:00Z");
    for (const day of ["01", "02", "03", "04"]) tree.put(`/2025/${day}/same`, "same", at);
    for (const day of ["01", "02", "03", "04"])
      expect(names((await transport.list(`/2025/${day}`)).entries)).toEqual(["same"]);
    expect(server.commands.filter((command) => command.startsWith("CWD"))).toHaveLength(1);
  });
});

describe("a listing that ends in the middle of a line", () => {
  const cut = line("file") + "-rw-r--r-- 1 a b 5 Jan 15 2025 oth";
  const missing = "550 No such file";

  test("isn't whole, and shows its lines", async () => {
    const { transport } = await scripted({
      listing: cut,
      on: { SIZE: missing, CWD: (talk: Talk, path: string) => talk.say(path === "/d" ? "250 ok" : missing) },
    });
    const listing = await transport.list("/d");
    expect([listing.complete, listing.reason]).toEqual([
      false,
      expect.stringContaining("in the middle of a line"),
    ]);
    expect(listing.evidence?.length).toBeGreaterThan(0);
  });

  test("is whole where another way shows it so", async () => {
    const LIST = (talk: Talk, argument: string) =>
      talk.send(argument === "" ? line("file") + line("other") : cut);
    const CWD = (talk: Talk, path: string) => talk.say(path === "/d" ? "250 ok" : missing);
    const { transport } = await scripted({ on: { LIST, CWD, SIZE: missing } });
    const listing = await transport.list("/d");
    expect([names(listing.entries), listing.complete]).toEqual([["file", "other"], true]);
  });

  test("is whole where what the last line names is there", async () => {
    const { transport } = await scripted({ listing: `${line("file")}${line("other").trimEnd()}` });
    const listing = await transport.list("/d");
    expect([names(listing.entries), listing.complete]).toEqual([["file", "other"], true]);
  });
});

test("names of another folder are nobody's, and NLST with SIZE and MDTM tells the folder's own", async () => {
  const { transport } = await scripted({ listing: line("/elsewhere/x") + line("/elsewhere/y") });
  const listing = await transport.list("/d");
  expect(listing.complete).toBe(true);
  expect(listing.entries).toEqual([
    { name: "file", type: "file", size: 5, modifiedAt: new Date("2025-01-15T18:31:00Z") },
  ]);
});

test("a listing of which no line can be read is in doubt, not empty", async () => {
  const { transport } = await scripted({ listing: "?!\r\n?!!\r\n", on: { NLST: "502 no" } });
  const listing = await transport.list("/d");
  expect([listing.complete, listing.unreadable]).toEqual([false, ["?!", "?!!"]]);
  expect(listing.reason).toContain("none of its lines");
});

test("a folder that may be entered and not listed is refused, in the server's words", async () => {
  const { transport } = await scripted({ on: { LIST: "550 Permission denied." } });
  const error = await failure(transport.list("/d"));
  expect([error.kind, error.detail]).toEqual(["permission", "550 Permission denied."]);
});

describe("entries are handed over", () => {
  const many = async (count: number) => {
    const { tree, transport } = await setUp();
    for (let n = 0; n < count; n++) tree.put(`/many/${n}`, "");
    const batches: number[] = [];
    const { entries } = await transport.list("/many", { take: (batch) => void batches.push(batch.length) });
    return { batches, left: entries.length };
  };

  test("in batches where there are many", async () => {
    const { batches, left } = await many(2500);
    expect(batches.reduce((sum, n) => sum + n, left)).toBe(2500);
    expect(Math.max(left, ...batches)).toBeLessThanOrEqual(1000);
    expect(batches.length).toBeGreaterThanOrEqual(2);
  });

  test("in one piece where there are few", async () => {
    expect(await many(900)).toEqual({ batches: [], left: 900 });
  });
});

describe("what a path leads to", () => {
  test("is told by size and time, or is a folder", async () => {
    const { transport } = await setUp();
    expect(await transport.stat("/pub/file")).toEqual({
      name: "file",
      type: "file",
      size: 100_000,
      modifiedAt: new Date("2025-01-01T18:30:20Z"),
    });
    expect(await transport.stat("/pub/empty")).toEqual({ name: "empty", type: "directory" });
    expect((await failure(transport.stat("/pub/nowhere"))).kind).toBe("not-found");
  });
});

describe("a folder isn't missing", () => {
  test.each([
    [
      "whose listing ends so beside a line that can't be read",
      "?! a_1.dat\r\n",
      "226 No such file or directory",
    ],
    ["whose listing ends so within a line", "-rw-r--r-- 1 a b 5 Ja", "226 No such file or directory"],
    ["that shows itself", "drwxr-xr-x 2 a b 4096 Jan 15 2025 .\r\n", "226 No such file or directory"],
    [
      "where the message stands beside what can't be read",
      "ls: x: No such file or directory\r\n?!\r\n",
      "226 Done",
    ],
  ])("%s", async (_, text, done) => {
    const { transport } = await scripted({
      on: { LIST: ({ send }: Talk) => send(text, done), NLST: "502 no", SIZE: "550 no" },
    });
    expect(await transport.list("/d")).toMatchObject({ complete: false });
  });
});

test.each(["550 No such file or directory", "450 No such file", "550 Failed", "550 Permission denied"])(
  "a folder that was shown and then refused is neither missing nor forbidden, and asked for again: %s",
  async (done) => {
    for (const text of [line("file"), line("file").slice(0, -4)]) {
      const { transport } = await scripted(ending(done, text));
      const error = await failure(transport.list("/d"));
      expect([error.kind, error.detail.includes(done)]).toEqual(["cut-short", true]);
    }
  },
);

test("half a name that is another file's whole one doesn't end a listing", async () => {
  for (const text of [line("a1") + line("a10", 7).slice(0, -3), line("a10", 7).slice(0, -3)]) {
    const { transport } = await scripted({
      listing: text,
      on: { CWD: (talk: Talk, path: string) => talk.say(path === "/d" ? "250 ok" : "550 no such directory") },
    });
    expect((await transport.list("/d")).complete).toBe(false);
  }
});

test("what stands under the heading of another folder is in doubt, where no heading told of this one", async () => {
  const { transport } = await scripted({
    listing: `drwxr-xr-x 2 a b 4096 Jan 15 2025 .\r\n Directory of /elsewhere\r\n${line("file")}`,
    on: { NLST: "502 no" },
  });
  const { complete, unreadable } = await transport.list("/d");
  expect(complete && unreadable === undefined).toBe(false);
});
