import type { FtpCommand } from "./command.js";

const USER: FtpCommand = {
  beforeLogin: true,
  run(session, user) {
    if (session.host.options.tls?.required && !session.encrypted) {
      return session.reply("530 This server wants encryption: send AUTH TLS first.");
    }
    session.host.logins.delete(session);
    session.user = user;
    session.reply("331 Please specify the password.");
  },
};

const PASS: FtpCommand = {
  beforeLogin: true,
  run(session, password) {
    const { options, faults, logins } = session.host;
    if (session.user === "") return session.reply("503 Log in with USER first.");
    if (options.users && options.users[session.user] !== password)
      return session.reply("530 Login incorrect.");
    if (faults.maxLogins !== undefined && logins.size >= faults.maxLogins) {
      const most = faults.maxLogins;
      return session.reply(
        `530 Sorry, the maximum number of clients (${most}) for this user are already connected.`,
      );
    }
    logins.add(session);
    session.reply("230 Login successful.");
  },
};

const AUTH: FtpCommand = {
  beforeLogin: true,
  run(session, method) {
    if (session.host.secureContext === undefined) return session.reply("502 AUTH not implemented.");
    if (!/^tls$/i.test(method)) return session.reply("504 Only AUTH TLS is known.");
    session.reply("234 Proceed with negotiation.");
    session.secure();
  },
};

const PBSZ: FtpCommand = {
  beforeLogin: true,
  run: (session) =>
    session.reply(session.encrypted ? "200 PBSZ set to 0." : "503 PBSZ needs a secure connection."),
};

const PROT: FtpCommand = {
  beforeLogin: true,
  run(session, level) {
    if (!session.encrypted) return session.reply("503 PROT needs a secure connection.");
    if (level !== "P" && level !== "C") return session.reply("536 Only PROT P and PROT C are known.");
    session.protectData = level === "P";
    session.reply(`200 PROT now ${level}.`);
  },
};

const QUIT: FtpCommand = {
  beforeLogin: true,
  run(session) {
    session.reply("221 Goodbye.");
    session.hangUp();
  },
};

export const LOGIN_COMMANDS = { USER, PASS, AUTH, PBSZ, PROT, QUIT };
