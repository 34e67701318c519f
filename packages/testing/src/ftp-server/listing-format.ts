import type { RemoteEntry } from "@daybook/core";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const HALF_A_YEAR = 182 * 86_400_000;

/** RFC 3659, 2.3: YYYYMMDDHHMMSS, UTC. */
export function timeVal(time: Date): string {
  return time.toISOString().replace(/\..*/, "").replace(/\D/g, "");
}

/** RFC 3659, 7.2: "type=file;size=77692;modify=20250101183020; name". */
export function factsLine(entry: RemoteEntry, type: string = FACT_TYPES[entry.type]): string {
  const size = entry.size === undefined ? "" : `size=${entry.size};`;
  const modify = entry.modifiedAt === undefined ? "" : `modify=${timeVal(entry.modifiedAt)};`;
  return `type=${type};${size}${modify} ${entry.name}`;
}

const FACT_TYPES = { file: "file", directory: "dir", link: "OS.unix=symlink", other: "OS.unix=socket" };

/** As vsftpd prints it: "-rw-r--r--    1 ftp      ftp          77692 Jan 01 18:30 name", in UTC. */
export function unixLine(entry: RemoteEntry, now: Date): string {
  const mode = { file: "-rw-r--r--", directory: "drwxr-xr-x", link: "lrwxrwxrwx", other: "srwxr-xr-x" }[
    entry.type
  ];
  const links = entry.type === "directory" ? "   2" : "   1";
  const size = String(entry.size ?? 4096).padStart(9);
  return `${mode} ${links} ftp      ftp      ${size} ${unixTime(entry.modifiedAt ?? now, now)} ${entry.name}`;
}

function unixTime(time: Date, now: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${MONTHS[time.getUTCMonth()]} ${two(time.getUTCDate())}`;
  const age = now.getTime() - time.getTime();
  if (age < 0 || age > HALF_A_YEAR) return `${day}  ${time.getUTCFullYear()}`;
  return `${day} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
}
