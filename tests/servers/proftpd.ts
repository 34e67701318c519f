import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { realFtp } from "./ftp-process.js";

const login = { user: "daybook", password: "a secret of its own" };

/** Has MLSD, and resets the data connection before it says that a file is missing. */
export const proftpd = realFtp({
  name: "proftpd",
  login,
  prepare: async ({ folder, root, host, port, prefix, file }, { home, maxPerHost, lines = [], tls }) => {
    const hash = execFileSync("openssl", ["passwd", "-5", "-stdin"], {
      input: login.password,
      encoding: "utf8",
    });
    // nobody and nogroup on Debian
    const users = await file("users", `${login.user}:${hash.trim()}:65534:65534::${root}:/bin/false\n`);
    const groups = await file("groups", "nogroup:*:65534:\n");
    const encrypted = tls && [
      ...(existsSync(join(prefix, "usr/lib/proftpd"))
        ? [`ModulePath ${join(prefix, "usr/lib/proftpd")}`]
        : []),
      "LoadModule mod_tls.c",
      "TLSEngine on",
      "TLSRequired on",
      `TLSECCertificateFile ${await file("cert.pem", tls.cert)}`,
      `TLSECCertificateKeyFile ${await file("key.pem", tls.key)}`,
      "TLSLog none",
    ];
    const config = await file(
      "proftpd.conf",
      [
        "ServerType standalone",
        "ServerIdent on",
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
        ...(home === undefined ? [] : [`DefaultChdir "~${home}"`]),
        ...(maxPerHost === undefined ? [] : [`MaxClientsPerHost ${maxPerHost}`]),
        `PidFile ${join(folder, "pid")}`,
        `ScoreboardFile ${join(folder, "scoreboard")}`,
        "DelayEngine off",
        "WtmpLog off",
        "TransferLog none",
        "SystemLog none",
        ...(encrypted ?? []),
        ...lines,
        "",
      ].join("\n"),
    );
    return ["--nodaemon", "--config", config];
  },
});
