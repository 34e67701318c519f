import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { asRoot, realFtp, type RealFtpKind } from "./ftp-process.js";

/** Anonymous only: its local users go through the system's. Has no MLSD, and lists a missing directory as empty. */
export const vsftpd = vsftpdWith([]);

/** With lines of configuration added; the last value of a setting counts. */
export function vsftpdWith(lines: readonly string[]): RealFtpKind {
  return realFtp({
    name: "vsftpd",
    prepare: async ({ folder, root, host, port, file }, { maxPerHost, tls }) => {
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
          `listen_address=${host}`,
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
          ...(asRoot() ? [] : ["run_as_launching_user=YES"]),
          ...(encrypted ?? []),
          ...lines,
          "",
        ].join("\n"),
      );
      return [config];
    },
  });
}
