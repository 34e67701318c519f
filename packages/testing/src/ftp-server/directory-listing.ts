import type { RemoteEntry } from "@daybook/core";
import { factsLine, unixLine } from "./listing-format.js";
import type { FtpSession } from "./session.js";

export interface DirectoryLines {
  /** "." and ".." */
  readonly around: string[];
  readonly entries: string[];
}

/** The lines a listing command shows of a path, or the reply that refuses it. */
export function directoryListing(
  session: FtpSession,
  command: "LIST" | "NLST" | "MLSD",
  about: string,
): DirectoryLines | { refusal: string } {
  const { tree, options, clock } = session.host;
  const entry = tree.stat(about);
  if (entry === undefined) return missing(options.missingDirectory ?? "550");
  if (entry.type === "file" && command === "MLSD") return { refusal: "550 Not a directory." };
  const found = (tree.entries(about) ?? [entry]).map((each) => session.shown(each));
  if (command === "NLST") return { around: [], entries: found.map((each) => each.name) };
  const now = clock.now();
  const entries = found.map((each) => (command === "MLSD" ? factsLine(each) : unixLine(each, now)));
  return { around: entry.type === "file" ? [] : around(command, session.shown(entry), now), entries };
}

function around(command: string, directory: RemoteEntry, now: Date): string[] {
  const self = { ...directory, name: "." };
  const parent = { ...directory, name: ".." };
  if (command === "MLSD") return [factsLine(self, "cdir"), factsLine(parent, "pdir")];
  return [unixLine(self, now), unixLine(parent, now)];
}

function missing(style: "550" | "450" | "empty"): DirectoryLines | { refusal: string } {
  return style === "empty" ? { around: [], entries: [] } : { refusal: `${style} No such file or directory.` };
}
