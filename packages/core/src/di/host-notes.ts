import type { LedgerNote } from "../store/ledger-note.js";
import type { LedgerChange } from "../store/state-store.js";
import type { HostFact } from "../transport/host-memory.js";

/** What the notes of hosts are filed under in the ledger. */
export const HOST_NOTES = "host/";

/** "host/ftp://ftp.example.com:21/no-epsv" */
export function hostNote({ endpoint, fact, value, at }: HostFact): LedgerChange {
  return { kind: "note", key: `${HOST_NOTES}${endpoint}/${fact}`, value, at };
}

export function hostFact({ key, value, at }: LedgerNote): HostFact {
  const name = key.slice(HOST_NOTES.length);
  const slash = name.lastIndexOf("/");
  return { endpoint: name.slice(0, slash), fact: name.slice(slash + 1), value, at };
}
