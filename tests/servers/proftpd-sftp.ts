import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { realFtp } from "./ftp-process.js";

const login = { user: "daybook", password: "a secret of its own" };

/** ProFTPD with mod_sftp: SFTP that isn't OpenSSH's. Its host key is of the moment. */
export const proftpdSftp = realFtp({
  name: "proftpd",
  login,
  prepare: async ({ folder, root, host, port, prefix, file }) => {
    const hash = execFileSync("openssl", ["passwd", "-5", "-stdin"], {
      input: login.password,
      encoding: "utf8",
    });
    const key = join(folder, "host_key");
    execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", key]);
    const users = await file("users", `${login.user}:${hash.trim()}:65534:65534::${root}:/bin/false\n`);
    const groups = await file("groups", "nogroup:*:65534:\n");
    const config = await file(
      "proftpd.conf",
      [
        "ServerType standalone",
        `DefaultAddress ${host}`,
        "SocketBindTight on",
        `Port ${port}`,
        "UseIPv6 off",
        "UseReverseDNS off",
        "RequireValidShell off",
        "MaxInstances none",
        "User nobody",
        "Group nogroup",
        `AuthUserFile ${users}`,
        `AuthGroupFile ${groups}`,
        "AuthOrder mod_auth_file.c",
        "DefaultRoot ~",
        `PidFile ${join(folder, "pid")}`,
        `ScoreboardFile ${join(folder, "scoreboard")}`,
        "WtmpLog off",
        "TransferLog none",
        "SystemLog none",
        ...(existsSync(join(prefix, "usr/lib/proftpd"))
          ? [`ModulePath ${join(prefix, "usr/lib/proftpd")}`]
          : []),
        "LoadModule mod_sftp.c",
        "SFTPEngine on",
        `SFTPHostKey ${key}`,
        "SFTPAuthMethods password",
        "SFTPLog none",
        "",
      ].join("\n"),
    );
    return ["--nodaemon", "--config", config];
  },
});
