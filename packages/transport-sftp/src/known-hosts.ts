import { createHash, createHmac } from "node:crypto";

/** A line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  readonly marker: "revoked" | "cert-authority" | undefined;
  readonly names: string;
  /** "ssh-ed25519", "ssh-rsa" … */
  readonly type: string;
  readonly key: Buffer;
  /** Counted from 1. */
  readonly line: number;
}

/** Reads a known_hosts file; comments and lines that aren't keys are passed over. */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const fields = raw.trim().split(/[ \t]+/);
    const marker = fields[0]?.startsWith("@") ? fields.shift()!.slice(1) : undefined;
    if (marker !== undefined && marker !== "revoked" && marker !== "cert-authority") return [];
    const [names, type, key] = fields;
    if (!names || names.startsWith("#") || !type || !key) return [];
    return [{ marker, names, type, key: Buffer.from(key, "base64"), line: index + 1 }];
  });
}

/** The lines that speak of a server, under the name OpenSSH looks it up by. */
export function linesFor(known: readonly KnownHost[], host: string, port: number): KnownHost[] {
  const name = knownHostsName(host, port);
  return known.filter(({ names }) => matches(names, name));
}

/** "host", or "[host]:port" on any port but 22. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** "SHA256:…" as ssh-keygen prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256")
    .update(key)
    .digest("base64")
    .replace(/={1,2}$/, "")}`;
}

function matches(names: string, name: string): boolean {
  if (names.startsWith("|1|")) {
    const [salt, hash] = names.slice(3).split("|");
    return (
      createHmac("sha1", Buffer.from(salt ?? "", "base64"))
        .update(name)
        .digest("base64") === hash
    );
  }
  const patterns = names.split(",");
  if (patterns.some((pattern) => pattern.startsWith("!") && fits(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => fits(pattern, name));
}

function fits(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`).test(name);
}
