import type { FtpRule } from "./faults.js";
import type { FtpSession } from "./session.js";

/** One FTP command. */
export interface FtpCommand {
  /** Allowed before the login. */
  readonly beforeLogin?: true;
  /** Uses a data connection, and looks after its own replies where a rule wants them silent. */
  readonly transfers?: true;
  /** The absolute path the command is about; `run` then gets it in place of the argument. */
  about?(session: FtpSession, argument: string): string;
  run(session: FtpSession, argument: string, rule: FtpRule | undefined): void | Promise<void>;
}

export const path = (session: FtpSession, argument: string): string => session.resolve(argument);
