import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { isDaybookError } from "@daybook/core";
import { testCertificate } from "@daybook/testing";
import { FtpTransport } from "@daybook/transport-ftp";
import type { FtpOptions } from "@daybook/transport-ftp";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RealFtp, RealFtpOptions } from "./servers/ftp-process.js";
import { proftpd } from "./servers/proftpd.js";
import { pureFtpd } from "./servers/pure-ftpd.js";
import { pyftpdlib } from "./servers/pyftpdlib.js";
import { vsftpd } from "./servers/vsftpd.js";

for (const kind of [vsftpd, proftpd, pureFtpd]) {
  describe.skipIf(kind.whyNot() !== undefined)(`${kind.name}:`, () => {
    const start = async (options?: RealFtpOptions): Promise<RealFtp> => {
      const server = await kind.start(options);
      onTestFinished(() => server.stop());
      return server;
    };
    const connect = ({ host, port, user, password }: RealFtp, options: Partial<FtpOptions> = {}) => {
      const transport = new FtpTransport({ host, port, user, password, ...options });
      onTestFinished(() => transport.close());
      return transport;
    };

    test("a limit of logins from one address is kept to, and everything arrives", async () => {
      const server = await start({ maxPerHost: 2 });
      for (let n = 0; n < 12; n++) writeFileSync(join(server.root, `${n}`), `file ${n}`);
      const transport = connect(server, { connections: 6 });
      const texts = Array.from({ length: 12 }, async (_, n) =>
        String(await buffer(await transport.read(`/${n}`))),
      );
      expect(await Promise.all(texts)).toEqual(Array.from({ length: 12 }, (_, n) => `file ${n}`));
    });

    test("a wrong login is auth", async () => {
      const transport = connect(await start(), { user: "nobody-here", password: "hunter2" });
      expect(await kindOf(transport.list("/"))).toBe("auth");
    });

    test("TLS that is missing on one side or not trusted is config", async () => {
      const clear = await start();
      expect(await kindOf(connect(clear, { secure: true }).list("/"))).toBe("config");
      const encrypted = await start({ tls: testCertificate });
      expect(await kindOf(connect(encrypted).list("/"))).toBe("config");
      expect(await kindOf(connect(encrypted, { secure: true }).list("/"))).toBe("config");
    });

    test("times of files old and new are UTC, as exact as the server shows them", async () => {
      const server = await start();
      const recent = new Date(Date.now() - 40 * 86_400_000);
      const old = new Date("2019-07-08T09:10:11Z");
      for (const [name, time] of [
        ["recent", recent],
        ["old", old],
      ] as const) {
        writeFileSync(join(server.root, name), name);
        utimesSync(join(server.root, name), time, time);
      }
      const { entries } = await connect(server).list("/");
      const shown = (name: string) => entries.find((entry) => entry.name === name)?.modifiedAt?.getTime();
      const [minute, day] = kind === vsftpd ? [60_000, 86_400_000] : [1000, 1000];
      expect(shown("recent")).toBe(Math.floor(recent.getTime() / minute) * minute);
      expect(shown("old")).toBe(Math.floor(old.getTime() / day) * day);
    });

    test("a link is neither file nor directory, and a missing file costs no connection", async () => {
      const server = await start();
      mkdirSync(join(server.root, "d"));
      symlinkSync("nowhere", join(server.root, "d", "link"));
      const transport = connect(server, { connections: 1 });
      const shown = (await transport.list("/d")).entries;
      expect(shown.filter(({ type }) => type === "file" || type === "directory")).toEqual([]);
      for (let n = 0; n < 20; n++) expect(await kindOf(transport.read(`/d/${n}`))).toBe("not-found");
    });
  });
}

for (const kind of [proftpd, pureFtpd]) {
  const title = `${kind.name}: paths can begin where the log-in leads`;
  test.skipIf(kind.whyNot() !== undefined)(title, async () => {
    const server = await kind.start({ home: "/homes/my data" });
    onTestFinished(() => server.stop());
    mkdirSync(join(server.root, "homes/my data/18"), { recursive: true });
    writeFileSync(join(server.root, "homes/my data/18/a"), "hello");
    const transport = new FtpTransport({ ...server, home: true });
    onTestFinished(() => transport.close());
    expect((await transport.list("/18")).entries).toMatchObject([{ name: "a", size: 5 }]);
    expect((await transport.list("/")).entries).toMatchObject([{ name: "18" }]);
    expect(String(await buffer(await transport.read("/18/a")))).toBe("hello");
    expect(await kindOf(transport.list("/homes"))).toBe("not-found");
    expect(await kindOf(transport.read("/18/b"))).toBe("not-found");
  });
}

test.skipIf(pyftpdlib.whyNot() !== undefined)(
  "pyftpdlib: the first listing comes, though a request sent behind it breaks it",
  async () => {
    const server = await pyftpdlib.start();
    onTestFinished(() => server.stop());
    writeFileSync(join(server.root, "a"), "hello");
    const transport = new FtpTransport({ ...server, connections: 1 });
    onTestFinished(() => transport.close());
    for (let n = 0; n < 3; n++) expect((await transport.list(server.path || "/")).entries).toHaveLength(1);
  },
);

describe.skipIf(proftpd.whyNot() !== undefined)("proftpd:", () => {
  test("a limit of transfers that counts idle log-ins is met by one log-in, and everything arrives", async () => {
    const server = await proftpd.start({ lines: ["MaxTransfersPerUser RETR 2"] });
    onTestFinished(() => server.stop());
    for (let n = 0; n < 12; n++) writeFileSync(join(server.root, `${n}`), `file ${n}`);
    const transport = new FtpTransport({ ...server, connections: 4 });
    onTestFinished(() => transport.close());
    // Four log-ins, which then lie idle.
    await Promise.all(Array.from({ length: 4 }, () => transport.list("/")));
    const texts = Array.from({ length: 12 }, async (_, n) =>
      String(await buffer(await transport.read(`/${n}`))),
    );
    expect(await Promise.all(texts)).toEqual(Array.from({ length: 12 }, (_, n) => `file ${n}`));
  });
});

async function kindOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "resolved",
    (error: unknown) => (isDaybookError(error) ? error.kind : `foreign: ${String(error)}`),
  );
}
