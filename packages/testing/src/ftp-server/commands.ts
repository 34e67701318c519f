import type { FtpCommand } from "./command.js";
import { LOGIN_COMMANDS } from "./login-commands.js";
import { PATH_COMMANDS } from "./path-commands.js";
import { SETTINGS_COMMANDS } from "./settings-commands.js";
import { TRANSFER_COMMANDS } from "./transfer-commands.js";

/** Every command known, by name. */
export const COMMANDS: Readonly<Record<string, FtpCommand | undefined>> = Object.assign(Object.create(null), {
  ...LOGIN_COMMANDS,
  ...SETTINGS_COMMANDS,
  ...PATH_COMMANDS,
  ...TRANSFER_COMMANDS,
});
