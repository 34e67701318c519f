import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { DaybookError } from "@daybook/core";
import type { ServerHostKeyAlgorithm } from "ssh2";
import type { KnownHost } from "./known-hosts.js";
import { fingerprintOf, knownHostsName, linesFor, parseKnownHosts } from "./known-hosts.js";
import type { ResolvedTarget } from "./options.js";

/** What one server's key is held against. */
export interface HostKeyCheck {
  /** Why a key is refused; undefined where it is the right one. */
  refusal(key: Buffer): DaybookError | undefined;
  /** Key algorithms to ask for, best first; undefined for ssh2's own order. */
  readonly algorithms?: ServerHostKeyAlgorithm[];
}

/** Gets ready to check a server's key. Reads the known_hosts file, anew each time: it may have been mended. */
export async function hostKeyCheck(target: ResolvedTarget): Promise<HostKeyCheck> {
  const { hostKey } = target;
  if ("acceptAnything" in hostKey) return { refusal: () => undefined };
  if ("fingerprint" in hostKey) return pinned(target, hostKey.fingerprint.replace(/=$/, ""));
  const file = hostKey.knownHosts === true ? join(homedir(), ".ssh", "known_hosts") : hostKey.knownHosts;
  return listed(target, file, parseKnownHosts(await readIfThere(file)));
}

function pinned({ host }: ResolvedTarget, wanted: string): HostKeyCheck {
  return {
    refusal: (key) => {
      const shown = fingerprintOf(key);
      if (shown === wanted) return undefined;
      const detail =
        `the key of ${host} is ${shown}, not ${wanted} as configured: it was changed, or another machine ` +
        `answers in its place; ask whoever runs it, and change hostKey.fingerprint only if they confirm`;
      return refused("auth", detail);
    },
  };
}

function listed({ host, port }: ResolvedTarget, file: string, known: readonly KnownHost[]): HostKeyCheck {
  const name = knownHostsName(host, port);
  const lines = linesFor(known, host, port);
  const revoked = lines.filter(({ marker }) => marker === "revoked");
  // Certificates aren't spoken by ssh2, so what only vouches for them says nothing of a plain key.
  const valid = lines.filter(({ marker }) => marker === undefined);
  return {
    algorithms: preferring(valid),
    refusal: (key) => {
      const shown = fingerprintOf(key);
      const type = typeOf(key);
      if (revoked.some((line) => line.key.equals(key))) {
        return refused("auth", `the key of ${name} (${type} ${shown}) is marked as revoked in ${file}`);
      }
      if (valid.some((line) => line.key.equals(key))) return undefined;
      if (valid.length === 0) {
        const detail =
          `the key of ${name} (${type} ${shown}) is not in ${file}: compare it with what whoever runs the ` +
          `server says it is, then add it: ssh-keyscan -p ${port} ${host} >> ${file}`;
        return refused("config", detail);
      }
      const before = valid
        .map((line) => `${line.type} ${fingerprintOf(line.key)}, line ${line.line}`)
        .join("; ");
      const detail =
        `the key of ${name} changed: ${file} has ${before}, the server shows ${type} ${shown}. It was set up anew, ` +
        `or another machine answers in its place; ask whoever runs it, and only if they confirm remove the old key ` +
        `(ssh-keygen -R '${name}' -f ${file}) and add the new: ssh-keyscan -p ${port} ${host} >> ${file}`;
      return refused("auth", detail);
    },
  };
}

const RSA: ServerHostKeyAlgorithm[] = ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"];
const ALGORITHMS: ServerHostKeyAlgorithm[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  ...RSA,
];

/** Known types first: a server has several keys, and shows the one whose type is asked for first. */
function preferring(lines: readonly KnownHost[]): ServerHostKeyAlgorithm[] {
  const known = new Set(lines.flatMap(({ type }) => (type === "ssh-rsa" ? RSA : [type])));
  return ALGORITHMS.toSorted((a, b) => Number(known.has(b)) - Number(known.has(a)));
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return "";
    throw new DaybookError("config", `${file} can't be read to check the server's key (${code})`, {
      operation: "connect",
      code,
      cause,
    });
  }
}

/** The name a public key's blob begins with. */
function typeOf(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
}

function refused(kind: "auth" | "config", detail: string): DaybookError {
  return new DaybookError(kind, detail, { operation: "connect" });
}
