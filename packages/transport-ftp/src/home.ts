import { checkRemotePath, DaybookError } from "@daybook/core";
import { FTPError } from "basic-ftp";
import type { FtpSession } from "./ftp-session.js";

/**
 * Where a log-in leads, as PWD tells right after it (RFC 959), without a slash at its end. Rejects with an error of the
 * whole source where the server doesn't say, since no path means anything then.
 */
export async function homeOf(session: FtpSession): Promise<string> {
  const said = await session.command("PWD").catch((error: unknown) => {
    if (!(error instanceof FTPError) || error.code === 421) throw error;
    throw homeless(error.code < 500 ? "busy" : "unsupported", error.message);
  });
  const path = pathIn(said.message);
  if (path === undefined) throw homeless("unsupported", said.message);
  return path.replace(/\/{1,99}$/, "");
}

/** `257 "/home/a ""b""" is the current directory`; some leave the quotes away. */
function pathIn(reply: string): string | undefined {
  const quoted = /^\d{3}[ -]"((?:[^"]|"")*)"/m.exec(reply)?.[1]?.replaceAll('""', '"');
  const path = quoted ?? /^\d{3} (\/[^ "]*) {0,9}$/m.exec(reply)?.[1];
  try {
    checkRemotePath(path ?? "", "connect");
    return path;
  } catch {
    return undefined;
  }
}

function homeless(kind: "busy" | "unsupported", said: string): DaybookError {
  const detail = `the server doesn't tell where the log-in leads: leave out \`home\`, and let \`layout\` begin at the root (it answered PWD with: ${said})`;
  return new DaybookError(kind, detail, { operation: "connect" });
}
