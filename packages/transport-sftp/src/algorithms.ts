import { getCiphers } from "node:crypto";
import { DaybookError } from "@daybook/core";
import type { ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";

/** Changes to a list of algorithms, best first: by name, as OpenSSH spells them. */
export interface AlgorithmChange {
  readonly prepend?: readonly string[];
  readonly append?: readonly string[];
  readonly remove?: readonly string[];
}

/** What may be agreed on with a server, kind by kind, beyond or below what is safe today. */
export interface AlgorithmOptions {
  readonly kex?: AlgorithmChange;
  readonly serverHostKey?: AlgorithmChange;
  readonly cipher?: AlgorithmChange;
  readonly hmac?: AlgorithmChange;
  readonly compress?: AlgorithmChange;
  /** True also takes what old servers have, after all else: SHA-1 key exchange, CBC ciphers, short MACs, DSA keys. */
  readonly legacy?: boolean;
}

export const KINDS = ["kex", "serverHostKey", "cipher", "hmac", "compress"] as const;
type Kind = (typeof KINDS)[number];

const LEGACY: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  kex: ["diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"],
  serverHostKey: ["ssh-dss"],
  cipher: [
    "aes256-cbc",
    "aes192-cbc",
    "aes128-cbc",
    // What OpenSSL was built without can't be offered.
    ...(getCiphers().includes("des-ede3-cbc") ? ["3des-cbc"] : []),
  ],
  hmac: ["hmac-sha1-96", "hmac-md5"],
};

/** Throws kind "config" for what isn't a list of names. */
export function checkAlgorithms(given: AlgorithmOptions | undefined, at: string): void {
  for (const [kind, change] of Object.entries(given ?? {}) as [string, unknown][]) {
    if (kind === "legacy" && typeof change === "boolean") continue;
    const known =
      (KINDS as readonly string[]).includes(kind) && typeof change === "object" && change !== null;
    const lists = known ? Object.entries(change) : [];
    const right = lists.every(
      ([how, names]) =>
        ["prepend", "append", "remove"].includes(how) &&
        Array.isArray(names) &&
        names.every((name) => typeof name === "string"),
    );
    if (known && right) continue;
    const detail = `${at}algorithms.${kind} can't be used: give ${KINDS.join(", ")} lists to append, prepend or remove, or legacy: true`;
    throw new DaybookError("config", detail, { operation: "connect" });
  }
}

/** For ssh2: with the host's known keys first, where their order is given. */
export function algorithmsFor(
  { legacy, ...changes }: AlgorithmOptions = {},
  hostKeys?: readonly ServerHostKeyAlgorithm[],
): ConnectConfig["algorithms"] {
  const all: Partial<Record<Kind, unknown>> = {};
  for (const kind of KINDS) {
    const { prepend = [], append = [], remove = [] } = changes[kind] ?? {};
    const last = [...append, ...((legacy && LEGACY[kind]) || [])].filter((name) => !remove.includes(name));
    if (kind === "serverHostKey" && hostKeys !== undefined) {
      all[kind] = [...new Set([...prepend, ...hostKeys, ...last])].filter((name) => !remove.includes(name));
    } else if (prepend.length + last.length + remove.length > 0) {
      all[kind] = { prepend: [...prepend], append: last, remove: [...remove] };
    }
  }
  return all as ConnectConfig["algorithms"];
}
