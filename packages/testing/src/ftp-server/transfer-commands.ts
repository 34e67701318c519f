import { path } from "./command.js";
import type { FtpCommand } from "./command.js";
import { directoryListing } from "./directory-listing.js";
import { transfer } from "./transfer.js";
import type { FtpRule } from "./faults.js";
import type { FtpSession } from "./session.js";

const RETR: FtpCommand = {
  transfers: true,
  about: path,
  async run(session, about, rule) {
    const { tree, faults } = session.host;
    const start = session.restart;
    session.restart = 0;
    const file = tree.openFile(about);
    if (file === undefined) {
      session.reply("550 Failed to open file.");
      return session.data.discard();
    }
    await transfer(session, rule, {
      opening: `150 Opening BINARY mode data connection for ${oneLine(about)}.`,
      done: "226 Transfer complete.",
      read: (offset, length) => file.read(start + offset, length),
      onProgress: (sent) => faults.onRetr?.(about, sent),
    });
    file.close();
  },
};

type ListCommand = "LIST" | "NLST" | "MLSD";

const listing = (name: ListCommand): FtpCommand => ({
  transfers: true,
  // "-a", "-la" and the like are options; what follows is the path.
  about: (session, argument) =>
    session.resolve(name === "MLSD" ? argument : argument.replace(/^-\w+( |$)/, "")),
  run: (session, about, rule) => list(session, name, about, rule),
});

async function list(
  session: FtpSession,
  name: ListCommand,
  about: string,
  rule: FtpRule | undefined,
): Promise<void> {
  if (name === "MLSD" && session.host.options.style === "list") {
    session.reply("502 MLSD not implemented.");
    return session.data.discard();
  }
  const all =
    rule !== undefined && "empty" in rule
      ? { around: [], entries: [] }
      : directoryListing(session, name, about);
  if ("refusal" in all) {
    session.reply(all.refusal);
    return session.data.discard();
  }
  const limit = session.host.faults.listLimit ?? Infinity;
  const lines = [...all.around, ...all.entries.slice(0, limit)];
  const bytes = Buffer.from(lines.map((line) => `${line}\r\n`).join(""));
  await transfer(session, rule, {
    opening: "150 Here comes the directory listing.",
    done: all.entries.length > limit ? `226 Output truncated to ${limit} matches` : "226 Directory send OK.",
    read: (offset, length) => bytes.subarray(offset, offset + length),
  });
}

const oneLine = (text: string) => text.replace(/[\r\n]/g, "?");

export const TRANSFER_COMMANDS = {
  RETR,
  LIST: listing("LIST"),
  NLST: listing("NLST"),
  MLSD: listing("MLSD"),
};
