import { path } from "./command.js";
import type { FtpCommand } from "./command.js";
import { factsLine, timeVal } from "./listing-format.js";
import type { FtpSession } from "./session.js";

function changeDirectory(session: FtpSession, directory: string): void {
  if (session.host.tree.stat(directory)?.type !== "directory") {
    return session.reply("550 Failed to change directory.");
  }
  session.directory = directory;
  session.reply("250 Directory successfully changed.");
}

const PWD: FtpCommand = {
  run: (session) =>
    session.reply(`257 "${session.directory.replaceAll('"', '""')}" is the current directory`),
};

const CWD: FtpCommand = { about: path, run: changeDirectory };

const CDUP: FtpCommand = { about: (session) => session.resolve(".."), run: changeDirectory };

const SIZE: FtpCommand = {
  about: path,
  run(session, file) {
    const entry = session.host.tree.stat(file);
    session.reply(entry?.type === "file" ? `213 ${entry.size}` : "550 Could not get file size.");
  },
};

const MDTM: FtpCommand = {
  about: path,
  run(session, file) {
    const entry = session.host.tree.stat(file);
    if (entry?.type !== "file") return session.reply("550 Could not get file modification time.");
    session.reply(`213 ${timeVal(session.shown(entry).modifiedAt!)}`);
  },
};

const MLST: FtpCommand = {
  about: path,
  run(session, about) {
    if (session.host.options.style === "list") return session.reply("502 MLST not implemented.");
    const entry = session.host.tree.stat(about);
    if (entry === undefined) return session.reply("550 No such file or directory.");
    session.reply(`250-Listing\r\n ${factsLine({ ...session.shown(entry), name: about })}\r\n250 End`);
  },
};

export const PATH_COMMANDS = { PWD, CWD, CDUP, SIZE, MDTM, MLST };
