import type { FtpCommand } from "./command.js";

const always = (text: string): FtpCommand => ({ beforeLogin: true, run: (session) => session.reply(text) });

const oneOf = (known: RegExp, name: string): FtpCommand => ({
  run: (session, value) =>
    session.reply(known.test(value) ? `200 ${name} set.` : `504 ${name} ${value} not implemented.`),
});

const FEAT: FtpCommand = {
  beforeLogin: true,
  run(session) {
    const { options, secureContext } = session.host;
    const features = ["EPSV", "MDTM", "PASV", "REST STREAM", "SIZE", "TVFS", "UTF8"];
    if (options.style !== "list") features.push("MLST type*;size*;modify*;");
    if (secureContext !== undefined) features.push("AUTH TLS", "PBSZ", "PROT");
    session.reply(
      ["211-Features:", ...features.sort().map((feature) => ` ${feature}`), "211 End"].join("\r\n"),
    );
  },
};

const OPTS: FtpCommand = {
  beforeLogin: true,
  run(session, option) {
    if (/^utf8( on)?$/i.test(option)) return session.reply("200 Always in UTF8 mode.");
    if (/^mlst /i.test(option)) return session.reply("200 MLST OPTS type;size;modify;");
    session.reply("501 Option not understood.");
  },
};

const REST: FtpCommand = {
  run(session, offset) {
    if (!/^\d+$/.test(offset)) return session.reply("501 REST needs a number of bytes.");
    session.restart = Number(offset);
    session.reply(`350 Restart position accepted (${offset}).`);
  },
};

const EPSV: FtpCommand = {
  async run(session, argument) {
    if (/^all$/i.test(argument)) return session.reply("200 EPSV ALL ok.");
    session.reply(`229 Entering Extended Passive Mode (|||${await session.data.open()}|)`);
  },
};

const PASV: FtpCommand = {
  async run(session) {
    const port = await session.data.open();
    const address = session.host.faults.pasvAddress ?? session.localAddress;
    const numbers = [...address.split("."), port >> 8, port & 255];
    session.reply(`227 Entering Passive Mode (${numbers.join(",")}).`);
  },
};

export const SETTINGS_COMMANDS = {
  FEAT,
  OPTS,
  REST,
  EPSV,
  PASV,
  TYPE: oneOf(/^([AI]|A N|L 8)$/i, "TYPE"),
  STRU: oneOf(/^F$/i, "STRU"),
  MODE: oneOf(/^S$/i, "MODE"),
  SYST: always("215 UNIX Type: L8"),
  NOOP: always("200 NOOP ok."),
  ABOR: always("226 Nothing left to abort."),
};
