import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { realFtp } from "./ftp-process.js";

/** Anonymous only: its local users go through the system's. Has no MLSD, and lists a missing directory as empty. */
export const vsftpd = realFtp({
  name: "vsftpd",
  prepare: async ({ folder, root, port, file }, { maxPerHost, tls }) => {
    mkdirSync(join(folder, "empty"));
    const encrypted = tls && [
      "ssl_enable=YES",
      "allow_anon_ssl=YES",
      "force_anon_logins_ssl=YES",
      "force_anon_data_ssl=YES",
      "require_ssl_reuse=YES",
      `rsa_cert_file=${await file("cert.pem", tls.cert)}`,
      `rsa_private_key_file=${await file("key.pem", tls.key)}`,
    ];
    const config = await file(
      "vsftpd.conf",
      [
        "listen=YES",
        "listen_ipv6=NO",
        "listen_address=127.0.0.1",
        `listen_port=${port}`,
        "background=NO",
        "anonymous_enable=YES",
        "local_enable=NO",
        "write_enable=NO",
        `anon_root=${root}`,
        `max_per_ip=${maxPerHost ?? 0}`,
        `secure_chroot_dir=${join(folder, "empty")}`,
        "seccomp_sandbox=NO",
        "isolate_network=NO",
        "xferlog_enable=NO",
        ...(encrypted ?? []),
        "",
      ].join("\n"),
    );
    return [config];
  },
});
