import { DaybookError } from "../errors/daybook-error.js";

/** For transports: throws kind "config" for a path that no request may hold. */
export function checkRemotePath(path: string, operation: string): void {
  if (/[\r\n\0]/.test(path)) {
    const detail = "a path can't hold a line break or NUL; leave this name out";
    throw new DaybookError("config", detail, { operation, path });
  }
  if (!path.startsWith("/")) {
    const detail = "a path must be absolute: let it begin with /";
    throw new DaybookError("config", detail, { operation, path });
  }
}
