import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { realFtp } from "./ftp-process.js";

const login = { user: "daybook", password: "a secret of its own" };

/** Has MLSD, and says how many names it lists. */
export const pureFtpd = realFtp({
  name: "pure-ftpd",
  login,
  prepare: async ({ folder, root, host, port, file, run }, { home = "/", maxPerHost, tls }) => {
    // Its own hash takes four seconds for every login.
    const hash = execFileSync("openssl", ["passwd", "-6", "-stdin"], {
      input: login.password,
      encoding: "utf8",
    });
    // nobody and nogroup on Debian
    const account = [
      login.user,
      hash.trim(),
      "65534",
      "65534",
      "",
      `${root}/.${home}`,
      ...Array<string>(13).fill(""),
    ];
    const users = await file("users", `${account.join(":")}\n`);
    const database = join(folder, "users.pdb");
    run("pure-pw", ["mkdb", database, "-f", users]);
    const encrypted = tls && ["-Y", "2", "-2", await file("both.pem", tls.key + tls.cert)];
    return [
      ...["-4", "-E", "-H", "-A", "-S", `${host},${port}`, "-l", `puredb:${database}`],
      ...["-c", "1000", "-C", String(maxPerHost ?? 1000), "-g", join(folder, "pid")],
      ...(encrypted ?? []),
    ];
  },
});
