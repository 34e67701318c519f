import type { FtpRule } from "./faults.js";
import { either, finish, send } from "./send.js";
import type { FtpSession } from "./session.js";

export interface TransferOptions {
  /** The reply before the data. */
  readonly opening: string;
  /** The reply after it. */
  readonly done: string;
  read(offset: number, length: number): Uint8Array;
  onProgress?(sent: number): void | Promise<void>;
}

/** Sends over the session's data connection, from the opening reply to the final one, as the rule has it. */
export async function transfer(
  session: FtpSession,
  rule: FtpRule | undefined,
  options: TransferOptions,
): Promise<void> {
  const { secureContext, options: server } = session.host;
  if (server.tls?.required && !session.protectData) {
    session.reply("522 Data connections must be encrypted: send PROT P.");
    return session.data.discard();
  }
  const socket = await session.data.take(session.protectData ? secureContext : undefined);
  if (socket === undefined) return session.reply("425 Use EPSV or PASV first.");
  session.reply(options.opening);
  await send({ socket, read: options.read, limit: limitOf(rule), onProgress: options.onProgress });
  if (rule !== undefined && "drop" in rule) {
    await finish(socket);
    return session.destroy();
  }
  if (rule !== undefined && "stall" in rule) await either(socket, "close");
  const whole = await finish(socket);
  if (rule !== undefined && "silent" in rule) return;
  if (!whole) return session.reply("426 Failure writing network stream.");
  session.reply(rule !== undefined && "short" in rule ? (rule.reply ?? options.done) : options.done);
}

function limitOf(rule: FtpRule | undefined): number | undefined {
  if (rule === undefined) return undefined;
  if ("drop" in rule) return rule.drop;
  if ("short" in rule) return rule.short;
  return "stall" in rule ? rule.stall : undefined;
}
