import { isIPv4 } from "node:net";

/** RFC 2428: "229 Entering Extended Passive Mode (|||6446|)"; some servers use another delimiter. */
export function parseEpsv(message: string): number | undefined {
  const port = Number(/\((.)\1\1(\d{1,5})\1\)/.exec(message)?.[2]);
  return port > 0 && port < 65536 ? port : undefined;
}

/** RFC 959: "227 Entering Passive Mode (192,168,1,100,10,229)"; some servers leave the parentheses out. */
export function parsePasv(message: string): { host: string; port: number } | undefined {
  const numbers = /(?<!\d)(\d{1,3}(?:,\d{1,3}){5})(?!\d)/.exec(message.slice(3))?.[1]?.split(",").map(Number);
  if (numbers === undefined || numbers.some((n) => n > 255)) return undefined;
  const [a, b, c, d, high, low] = numbers as [number, number, number, number, number, number];
  const port = high * 256 + low;
  return port > 0 ? { host: `${a}.${b}.${c}.${d}`, port } : undefined;
}

/** Whether no machine outside could reach this IPv4 address: RFC 1918, loopback, link-local, RFC 6598, "this host". */
export function isPrivate(address: string): boolean {
  const [a = 0, b = 0] = address
    .replace(/^::ffff:/i, "")
    .split(".")
    .map(Number);
  if (!isIPv4(address.replace(/^::ffff:/i, ""))) return false;
  if (a === 0 || a === 10 || a === 127) return true;
  return (
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128)
  );
}
